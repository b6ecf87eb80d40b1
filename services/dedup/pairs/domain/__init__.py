"""Rules of pairs: pure, without a database."""
