"""Which row names the columns, told by the cells of the first rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from services.import_export.reading.domain.cells import Cell, text_of
from services.import_export.reading.domain.characters import shown

# What stands in rows, and names no column: addresses, numbers, dates.
_VALUE: Final = re.compile(r"\S+@\S+\.\S+|https?://\S+|[-+(]*\d[\d\s().,:/+-]*")
_LOOKED_AT: Final = 20


def is_blank(cells: Sequence[Cell]) -> bool:
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells)


def name_of(cell: Cell) -> str:
    """A header as it is shown: on one line, without spaces around it."""
    return " ".join(shown(text_of(cell) or "").split())


def header_row(rows: Sequence[tuple[int, Sequence[Cell]]]) -> int:
    """The number of the row that names the columns; 0 if the table begins with its values.

    Rows above it, a title maybe, hold at most half as many cells as most rows of this table.
    """
    filled = [(n, [cell for cell in cells if not is_blank([cell])]) for n, cells in rows]
    filled = [(n, cells) for n, cells in filled if cells]
    if not filled:
        return 0
    usual = sorted(len(cells) for _, cells in filled)[len(filled) // 2]
    for n, cells in filled[:_LOOKED_AT]:
        if 2 * len(cells) > usual:
            return n if all(_names_a_column(cell) for cell in cells) else 0
    return 0


def _names_a_column(cell: Cell) -> bool:
    return isinstance(cell, str) and len(cell) <= 200 and not _VALUE.fullmatch(cell.strip())
