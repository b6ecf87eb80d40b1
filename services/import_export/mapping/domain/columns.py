"""The columns of a file, and how a mapping names them: by header, or by index where that is not enough."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from services.import_export.mapping.domain.wrong import Columns


def header_of(column: Mapping[str, Any]) -> str:
    """What people call the column: its header, or else its letter."""
    return str(column.get("header") or column.get("letter") or column.get("index") or "")


def places(columns: Columns) -> dict[str | int, int]:
    """Where the cells of each column are in a row, by all its names. A repeated header names none."""
    headers = Counter(column.get("header") for column in columns)
    found: dict[str | int, int] = {}
    for at, column in enumerate(columns):
        found[int(column.get("index", at))] = at
        header = column.get("header")
        if header and headers[header] == 1:
            found[str(header)] = at
    return found


def reference(columns: Columns, at: int) -> str | int:
    """The name of a column in a mapping."""
    header = columns[at].get("header")
    if header and places(columns).get(header) == at:
        return str(header)
    return int(columns[at].get("index", at))
