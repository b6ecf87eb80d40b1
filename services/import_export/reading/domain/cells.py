"""One cell of a table, whatever kind of file it came from."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TypeAlias

# Text files give text alone; workbooks give what the cell holds. Empty is None.
Cell: TypeAlias = "str | int | float | bool | date | datetime | None"

_EXACT: float = 2.0**53


def cell_of(value: object) -> Cell:
    """A value of a workbook as a cell. Whole numbers lose the `.0` that the file's format gives all numbers;
    a time of day and a length of time become text."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) <= _EXACT else value
    if value is None or isinstance(value, (bool, int, date)):
        return value
    return _clock(value) if isinstance(value, timedelta) else str(value)


def text_of(cell: Cell) -> str | None:
    """The cell as a person reads it: dates by ISO 8601, a midnight without its time."""
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def letter_of(index: int) -> str:
    """The name that a spreadsheet gives the column at `index`, counted from 0: A, B … Z, AA."""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def index_of(letters: str) -> int:
    """The inverse of `letter_of`."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number - 1


def _clock(length: timedelta) -> str:
    seconds = round(length.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
