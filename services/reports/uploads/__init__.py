"""Files that reports are made of: read once, and kept by columns."""
