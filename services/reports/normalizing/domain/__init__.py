"""Pure: the distinct values of a column in; what each of them counts as out."""
