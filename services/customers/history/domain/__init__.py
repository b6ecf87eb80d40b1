"""What events mean, pure."""
