"""What can be wrong with a row of a file before its values are looked at."""

from __future__ import annotations

from typing import Final

ROW_PROBLEMS: Final = {
    "invalid_encoding": "The row holds bytes that are no text in the file's encoding.",
    "unclosed_quote": "A quote is opened in this row and not closed as it should be.",
    "too_many_cells": "The row has more cells than the file has columns.",
    "null_character": "The row holds a NUL character.",
    "cell_too_long": "A cell holds more than 1 MB.",
    "formula_without_value": "The cell holds a formula whose value the file does not contain.",
    "repeated_key": "The object has this key twice.",
    "nested_value": "The value is an object, or a list of lists.",
    "error_value": "The cell holds an error of the spreadsheet instead of a value.",
}

ROW_WARNINGS: Final = {
    "cells_missing": "The row has fewer cells than the file has columns. The missing ones are empty.",
    "lost_characters": "Characters of this row had been lost before: it holds � in their place.",
    "damaged_encoding": "The text was encoded twice. It is imported as it is.",
    "repaired": "The text was encoded twice and has been repaired.",
}
