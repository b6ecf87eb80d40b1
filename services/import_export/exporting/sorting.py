"""Rows in an order that may change while they are read: each is read once, by its id, and sorted here.

Sorted runs lie on the disk until they are merged, so that a million rows take the memory of some thousands.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import orjson

Row = Sequence[Any]
Keyed = tuple[list[Any], Row]
_IN_A_RUN: Final = 10_000


class Sorter:
    """Rows with a value come first, then those without; ids break ties."""

    def __init__(self, folder: Path, *, descending: bool) -> None:
        self._folder = folder
        self._descending = descending
        self._waiting: list[Keyed] = []
        self._runs: list[Path] = []
        self._merged: Iterator[Keyed] | None = None

    def add(self, rows: Sequence[Row], keys: Sequence[Sequence[Any]]) -> None:
        """`keys`: of each row its value, or None, and its id."""
        for row, (value, id) in zip(rows, keys, strict=True):
            is_last = (value is None) is not self._descending
            self._waiting.append(([is_last, 0 if value is None else value, id], row))
        if len(self._waiting) >= _IN_A_RUN:
            self._spill()

    def next(self, limit: int) -> list[Row]:
        """The next rows in order; empty after the last. From the first call on nothing is added."""
        if self._merged is None:
            self._spill()
            runs = [_read(path) for path in self._runs]
            self._merged = heapq.merge(*runs, key=itemgetter(0), reverse=self._descending)
        return [row for _, row in islice(self._merged, limit)]

    def _spill(self) -> None:
        self._waiting.sort(key=itemgetter(0), reverse=self._descending)
        path = self._folder / f"run-{len(self._runs)}"
        with path.open("wb") as file:
            file.writelines(orjson.dumps(each, option=orjson.OPT_APPEND_NEWLINE) for each in self._waiting)
        self._runs.append(path)
        self._waiting = []


def _read(path: Path) -> Iterator[Keyed]:
    with path.open("rb") as file:
        for line in file:
            key, row = orjson.loads(line)
            yield key, row
