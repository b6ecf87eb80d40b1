"""Which spellings are one value, which day is of which month, and which value is of which class."""
