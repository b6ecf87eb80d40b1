"""What the rules of all capabilities are written with, pure."""
