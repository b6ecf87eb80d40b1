"""Files that come in: from the socket straight into storage, never held, never in a temporary file."""
