"""Rows of a spreadsheet become customers: decided in memory, a batch at a time, written at once, undoable."""
