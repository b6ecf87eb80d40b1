"""What a report is made of: its configuration, read, kept and shown."""
