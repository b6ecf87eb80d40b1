"""Custom fields: their definitions, their options, and the values that customers hold."""
