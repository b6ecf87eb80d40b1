"""Rules of likeness: pure, without a database."""
