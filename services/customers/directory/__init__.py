"""A copy of the gateway's teams and users, read with every call."""
