"""What one cell may be, and what may be wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.import_export.reading.domain.cells import Cell

__all__ = ["Cell", "Columns", "Facts", "Json", "Notes", "Wrong"]

Json = dict[str, Any]
Facts = Mapping[str, Any]
Columns = Sequence[Mapping[str, Any]]
# Codes and details of what a reader took with a doubt.
Notes = list[tuple[str, str]]


class Wrong(ValueError):
    """A cell that its target cannot hold: the row is refused. `detail` never repeats the cell."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail
