"""Filters: from the JSON of a caller to a condition in SQL, and the filters that people keep."""
