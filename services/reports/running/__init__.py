"""Reports: shown while somebody puts one together, again with a template, or made in the background."""
