"""The full scan: every customer in the index against all that they share a clue with."""
