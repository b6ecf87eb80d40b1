"""What an import is and may do. Pure."""
