"""Two customers who look like one person: found, scored, shown to whoever may see both, decided upon."""
