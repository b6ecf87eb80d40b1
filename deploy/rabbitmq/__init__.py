"""Who may do what on the broker."""
