"""How large a table may be, and what somebody is told whose table is larger."""

from __future__ import annotations

from typing import Final

from servicekit.errors import Invalid

MAX_ROWS: Final = 10_000
MAX_COLUMNS: Final = 500
MAX_CELLS: Final = 200_000
# Of customers with the values that they have of several fields at once: what it takes is memory.
MAX_COMBINATIONS: Final = 4_000_000
MAX_VALUES: Final = 500  # of a grouping, with their spellings
MAX_SPELLINGS: Final = 50  # of one value
MAX_POINTS: Final = 50
MAX_SERIES: Final = 20


def check_rows(rows: int, grouping: int) -> None:
    """Raises Invalid."""
    if rows > MAX_ROWS:
        detail = f"more than {MAX_ROWS} rows: choose a top, or a wider unit"
        raise Invalid.at(f"/configuration/groupings/{grouping}", "too_many_rows", detail)


def check_columns(columns: int, subdivision: int) -> None:
    """Raises Invalid."""
    if columns > MAX_COLUMNS:
        detail = f"more than {MAX_COLUMNS} columns: choose a top, or a wider unit"
        raise Invalid.at(f"/configuration/subdivisions/{subdivision}", "too_many_columns", detail)


def check_cells(rows: int, columns: int, grouping: int) -> None:
    """Raises Invalid."""
    if rows * columns > MAX_CELLS:
        detail = f"more than {MAX_CELLS} cells: choose a top, or a wider unit"
        raise Invalid.at(f"/configuration/groupings/{grouping}", "too_many_rows", detail)


def check_combinations(combinations: int, pointer: str) -> None:
    """Raises Invalid."""
    if combinations > MAX_COMBINATIONS:
        detail = "customers have too many values of these fields at once: choose fewer fields"
        raise Invalid.at(pointer, "too_many_combinations", detail)
