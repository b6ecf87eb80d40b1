"""The rules of tasks, pure."""
