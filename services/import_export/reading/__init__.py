"""Files that come in: what they are, and their rows. Only the child process opens one."""
