"""The rules of notes, pure."""
