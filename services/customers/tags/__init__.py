"""Tags: made by being used, renamed, joined and deleted in one step for all customers that have them."""
