"""What is kept for a while only, and the job that takes it away."""
