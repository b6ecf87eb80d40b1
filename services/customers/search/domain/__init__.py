"""Rules of the quick search, pure."""
