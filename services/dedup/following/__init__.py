"""The index and pairs follow what the customers service tells."""
