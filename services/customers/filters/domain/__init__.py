"""Rules of filters, pure."""
