"""Rules of custom fields, pure."""
