"""What an administrator decides about customers: Settings → Customers."""
