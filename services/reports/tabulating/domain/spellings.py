"""Which raw values are behind what a row shows, and how many of its customers have each of them."""

from __future__ import annotations

from typing import Any

from services.reports.tabulating.domain.table import Table

Spellings = dict[str, dict[str, int]]


def spellings_of(table: Table, number: int) -> list[Spellings]:
    """Of each group of a level."""
    return [{} for _ in range(table.levels[number].size)]


_ = Any
