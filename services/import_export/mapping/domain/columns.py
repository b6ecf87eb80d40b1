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


def references(columns: Columns) -> list[str | int]:
    """The name of each column in a mapping."""
    found = places(columns)
    return [
        str(column["header"])
        if column.get("header") and found.get(column["header"]) == at
        else int(column.get("index", at))
        for at, column in enumerate(columns)
    ]
