"""Parts of a whole: of a row, of a column, of everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.reports.configuring.domain.model import TOTAL
from services.reports.tabulating.domain.numbers import percent

Exact = int | None
Told = dict[str, dict[str, float | None]]


@dataclass(frozen=True, slots=True)
class Wholes:
    """What parts are taken of: the columns' totals, and the grand one. Of mentions if those are counted."""

    kinds: Sequence[str]
    keys: Sequence[str]
    columns: Sequence[Exact]
    grand: Exact

    def of(self, cells: Sequence[Exact], total: Exact) -> Told:
        """Of a row: of each cell, and for columns and everything of its total too."""
        told: Told = {}
        share = {TOTAL: percent(total, self.grand)}
        if "row" in self.kinds:
            told["row"] = self._each(cells, [total] * len(cells))
        if "column" in self.kinds:
            told["column"] = self._each(cells, self.columns) | share
        if "total" in self.kinds:
            told["total"] = self._each(cells, [self.grand] * len(cells)) | share
        return told

    def _each(self, cells: Sequence[Exact], wholes: Sequence[Exact]) -> dict[str, float | None]:
        return dict(zip(self.keys, map(percent, cells, wholes), strict=True))
