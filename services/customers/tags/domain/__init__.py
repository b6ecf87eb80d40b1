"""Rules of tags, pure."""
