"""Merges of customers: a pointer, a ledger, and what a customer shows of the records it is made of."""
