"""The child process that reads an upload, and what starts it."""
