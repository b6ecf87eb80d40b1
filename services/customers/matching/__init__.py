"""What the dedup service is told of customers, and what it may show of them to whom."""
