"""Merging all who are the same by an identity, for administrators: the customers service does each merge."""
