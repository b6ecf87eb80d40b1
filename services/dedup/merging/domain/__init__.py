"""Pure rules: who is merged with whom. Values in, values out."""
