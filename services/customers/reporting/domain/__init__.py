"""Which fields customers are counted by, and what the answer looks like. Pure."""
