"""Rules without a database: what the columns of a file hold."""
