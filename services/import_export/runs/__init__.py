"""Imports: from the upload, by way of mapping, check and run, to the undoing of all that they did."""
