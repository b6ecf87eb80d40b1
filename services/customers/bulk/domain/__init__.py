"""Rules of bulk actions, pure."""
