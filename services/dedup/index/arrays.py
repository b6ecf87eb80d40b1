"""Arrays as PostgreSQL reads them, each one text.

The driver writes a list element by element, which for thousands takes longer than most statements.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID


def of_numbers(numbers: Iterable[int]) -> str:
    """To be cast to bigint[], in this order."""
    return "{" + ",".join(map(str, numbers)) + "}"


def of_texts(texts: Iterable[str]) -> str:
    """To be cast to text[], in this order."""
    return "{" + ",".join([_quoted(each) for each in texts]) + "}"


def of_ids(ids: Iterable[UUID]) -> str:
    """To be cast to uuid[], in this order."""
    return "{" + ",".join([each.hex for each in ids]) + "}"


def sorted_ids(ids: Iterable[UUID]) -> str:
    """To be cast to uuid[], in the order of ids."""
    return "{" + ",".join(sorted([each.hex for each in ids])) + "}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
