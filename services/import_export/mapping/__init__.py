"""Which column of a file is which field of a customer, and what its cells say: suggested, chosen, saved."""
