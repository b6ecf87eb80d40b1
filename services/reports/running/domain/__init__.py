"""Pure: counts of many ranges of customers as one, and what is told of a run."""
