"""The rules of an import, pure: what a row means, what it does to the customers that there are."""
