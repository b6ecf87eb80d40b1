"""Rules of conversation requests, pure."""
