"""What reports are made of: customers counted by the values of their fields."""
