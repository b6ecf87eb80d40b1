"""Pure: what may be in a template, whom it is shared with, and what it names in vain."""
