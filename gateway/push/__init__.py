"""What changes, told to whoever has a stream open and may know of it."""
