"""What is told about a file that could be read, but not all of it as it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

FIRST: Final = 5
MOST: Final = 200

DETAILS: Final = {
    "not_an_object": "These are no objects, and are not counted.",
    "repeated_id": "These have the id of an earlier row, and are not counted.",
    "repeated_key": "The object has this key twice; the last one counts.",
    "nested_value": "The value is an object, or a list of lists, and is left out.",
    "mixed_types": "The column holds values of several types; all are read as text.",
    "invalid_characters": "Characters that are no text stand as � here.",
    "unusable_key": "Keys are texts of 1 to 200 characters; others are left out.",
}


@dataclass(slots=True)
class Findings:
    """`add` for every row with a problem; rows are numbered from 1."""

    _found: dict[tuple[str, str | None], tuple[int, list[int]]] = field(default_factory=dict)

    def add(self, code: str, row: int, column: str | None = None) -> None:
        count, first = self._found.get((code, column), (0, []))
        if len(first) < FIRST and row not in first:
            first.append(row)
        self._found[code, column] = (count + 1, first)

    def add_many(self, code: str, rows: list[int], count: int, column: str | None = None) -> None:
        """`count` of them, of which `rows` are the first."""
        if count:
            self._found[code, column] = (count, rows[:FIRST])

    def dump(self) -> list[dict[str, Any]]:
        """Those that most rows have, first."""
        most_first = sorted(self._found.items(), key=lambda each: (-each[1][0], each[0][0], each[0][1] or ""))
        return [
            {"code": code, "field": column, "count": count, "first_rows": first, "detail": DETAILS[code]}
            for (code, column), (count, first) in most_first[:MOST]
        ]
