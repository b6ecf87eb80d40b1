"""Where the header of a table is, which columns it has, and what its first rows look like."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from servicekit.confined.refused import FileRefused
from servicekit.text import folded
from services.import_export.mapping.domain.rules import evidence_of
from services.import_export.reading.domain import headers
from services.import_export.reading.domain.cells import Cell, letter_of, text_of
from services.import_export.reading.domain.characters import shown
from services.import_export.reading.domain.problems import ROW_WARNINGS
from services.import_export.reading.limits import COLUMNS
from services.import_export.reading.table import Record, Table

_SAMPLE: Final = 1_000
_SHOWN: Final = 5
_SHOWN_CHARACTERS: Final = 200
_MANY_COLUMNS: Final = 200  # of which less is shown of each
_SHOWN_OF_MANY: Final = 60
_HEADER_CHARACTERS: Final = 1_000
_HEADERS_CHARACTERS: Final = 200_000


@dataclass(frozen=True, kw_only=True)
class Layout:
    """`header_row`: 0 for a table without one. `needed`: cells up to the last named column."""

    header_row: int
    columns: list[dict[str, Any]]
    needed: int
    above: int = 0

    @property
    def width(self) -> int:
        return len(self.columns)


def layout_of(table: Table) -> Layout:
    """Raises FileRefused if the columns cannot be told apart."""
    sample = list(itertools.islice(table.records(), _SAMPLE))
    header_row = _header_row(table, sample)
    names = [headers.name_of(cell) for cell in table.names or _header(table, sample, header_row)]
    _check_names(names, header_row)
    rows = [each.cells for each in sample if each.n > header_row and _is_sound(each)]
    told = bool(header_row) and not table.rectangular
    width = len(names) if told else max(_width(names), max(map(_width, rows), default=0))
    if width > COLUMNS:
        raise FileRefused("too_many_columns", f"The file has {width} columns. It may have {COLUMNS}.")
    names = (names + [""] * width)[:width]
    above = sum(1 for each in sample if each.n < header_row and not headers.is_blank(each.cells))
    shown = _SHOWN_CHARACTERS if width <= _MANY_COLUMNS else _SHOWN_OF_MANY
    columns = [_column(at, names[at], rows, longest=shown) for at in range(width)]
    return Layout(header_row=header_row, columns=columns, needed=_width(names) or width, above=above)


def _header_row(table: Table, sample: Sequence[Record]) -> int:
    if table.options.header_row is not None:
        return table.options.header_row
    return headers.header_row([(each.n, each.cells) for each in sample])


def _header(table: Table, sample: Sequence[Record], header_row: int) -> Sequence[Cell]:
    if not header_row:
        return []
    records = itertools.chain(sample, table.records())
    found = next((each.cells for each in records if each.n == header_row), None)
    if found is None or headers.is_blank(found):
        raise FileRefused("no_header", f"Row {header_row} is empty. It cannot be the header.")
    return found


def _is_sound(record: Record) -> bool:
    """Rows that are refused say nothing of the columns."""
    return not headers.is_blank(record.cells) and all(each.code in ROW_WARNINGS for each in record.problems)


def _check_names(names: Sequence[str], header_row: int) -> None:
    lengths = [len(name) for name in names]
    if max(lengths, default=0) > _HEADER_CHARACTERS or sum(lengths) > _HEADERS_CHARACTERS:
        raise FileRefused("no_header", f"Row {header_row} is too long. It cannot be the header.")
    seen: dict[str, str] = {}
    for name in names:
        key = folded(name)
        if key and key in seen:
            raise FileRefused("duplicate_headers", f"Two columns are called “{name[:100]}”.")
        seen[key] = name


def _width(cells: Sequence[Cell]) -> int:
    return next((at + 1 for at in range(len(cells) - 1, -1, -1) if cells[at] not in (None, "")), 0)


def _column(at: int, name: str, rows: Sequence[Sequence[Cell]], *, longest: int) -> dict[str, Any]:
    cells = [row[at] for row in rows if at < len(row) and row[at] is not None]
    values = [shown(text_of(cell) or "") for cell in cells]
    samples = list(dict.fromkeys(value[:longest] for value in values))[:_SHOWN]
    named = {"index": at, "header": name, "letter": letter_of(at)}
    return {**named, "samples": samples, "filled": len(values), "evidence": evidence_of(cells)}
