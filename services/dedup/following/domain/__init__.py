"""What events say: pure, without a database."""
