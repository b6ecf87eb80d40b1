"""The rules of merging and undoing: pure, without a database."""
