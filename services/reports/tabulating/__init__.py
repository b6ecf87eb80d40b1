"""From rows of values to a table: grouped, counted, sorted."""
