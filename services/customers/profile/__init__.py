"""Everything of a customer that one page shows first."""
