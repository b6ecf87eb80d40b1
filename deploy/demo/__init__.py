"""A made-up company to look around in: `make run DEMO=1` loads it through the public API."""
