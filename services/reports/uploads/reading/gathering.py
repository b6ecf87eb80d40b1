"""Cells on their way from rows to columns, in little memory.

Values are numbered by column and by stretch of rows; a stretch that is over is kept as bytes and arrays,
which take a tenth of what Python objects do.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

STRETCH_CELLS: Final = 500_000
_TRUTHS: Final = {True: object(), False: object()}  # in a dictionary True is 1


class Stretch(NamedTuple):
    """Cells of one column: which row each is in, and which of the values (JSON) it is."""

    rows: NDArray[np.int32]
    codes: NDArray[np.int32]
    values: bytes


class Gathered:
    """One column. `lists`: whether any row had a list of values."""

    def __init__(self) -> None:
        self.lists = False
        self._stretches: list[Stretch] = []
        self._begin()

    def _begin(self) -> None:
        self._codes_of: dict[Any, int] = {}
        self._values: list[Any] = []
        self._rows, self._codes = array("i"), array("i")

    def add(self, row: int, value: Any) -> None:
        """Plain JSON: a text, a number, a truth value."""
        key = _TRUTHS[value] if value.__class__ is bool else value
        code = self._codes_of.get(key)
        if code is None:
            code = self._codes_of[key] = len(self._values)
            self._values.append(value)
        self._rows.append(row)
        self._codes.append(code)

    def close_stretch(self) -> None:
        if self._rows:
            rows, codes = np.array(self._rows, dtype=np.int32), np.array(self._codes, dtype=np.int32)
            # A copy: what orjson returns holds on to many times the memory that it needs.
            values = bytes(memoryview(orjson.dumps(self._values)))
            self._stretches.append(Stretch(rows, codes, values))
            self._begin()

    def take(self) -> Stretches:
        """All of it; nothing is left here."""
        self.close_stretch()
        stretches, self._stretches = self._stretches, []
        return Stretches(stretches)


class Stretches:
    """The stretches of a column as one: values that come in several of them are one value."""

    def __init__(self, stretches: list[Stretch]) -> None:
        numbers: dict[Any, int] = {}
        self.values: list[Any] = []
        codes: list[NDArray[np.int32]] = []
        for each in stretches:
            known = [self._number(value, numbers) for value in orjson.loads(each.values)]
            codes.append(np.array(known, dtype=np.int32)[each.codes])
        empty = np.zeros(0, dtype=np.int32)
        self.rows: NDArray[np.int32] = np.concatenate([empty, *(each.rows for each in stretches)])
        self.codes: NDArray[np.int32] = np.concatenate([empty, *codes])

    def _number(self, value: Any, numbers: dict[Any, int]) -> int:
        key = _TRUTHS[value] if value.__class__ is bool else value
        number = numbers.get(key)
        if number is None:
            number = numbers[key] = len(self.values)
            self.values.append(value)
        return number

    def only(self, kept: NDArray[np.bool_], numbers: NDArray[np.int32]) -> None:
        """Leaves out rows that are not kept and values that only those had; rows get these numbers."""
        stays = kept[self.rows]
        self.rows, self.codes = numbers[self.rows[stays]], self.codes[stays]
        used = np.zeros(len(self.values), dtype=np.bool_)
        used[self.codes] = True
        if not used.all():
            self.codes = (np.cumsum(used, dtype=np.int32) - 1)[self.codes]
            self.values = [
                value for value, is_used in zip(self.values, used.tolist(), strict=True) if is_used
            ]

    def replace(self, values: list[Any]) -> None:
        """Other values in the place of these; those that are the same by now become one."""
        self.values = []
        numbers: dict[Any, int] = {}
        known = [self._number(value, numbers) for value in values]
        self.codes = np.array(known, dtype=np.int32)[self.codes] if known else self.codes

    def once_in_a_row(self) -> None:
        """Of a value that a row has twice, the second is left out."""
        keys = self.rows.astype(np.int64) * len(self.values) + self.codes
        first = np.sort(np.unique(keys, return_index=True)[1])
        self.rows, self.codes = self.rows[first], self.codes[first]


class Gatherer:
    """The columns of a file, in the order in which they come up."""

    def __init__(self) -> None:
        self.columns: dict[str, Gathered] = {}
        self._cells = 0

    def column(self, field: str) -> Gathered:
        found = self.columns.get(field)
        if found is None:
            found = self.columns[field] = Gathered()
        return found

    def count(self, cells: int) -> None:
        """To be told after each row."""
        self._cells += cells
        if self._cells >= STRETCH_CELLS:
            self._cells = 0
            for column in self.columns.values():
                column.close_stretch()

    def take(self) -> Iterator[tuple[str, bool, Stretches]]:
        """Column after column, each with whether it holds lists."""
        for field in list(self.columns):
            column = self.columns.pop(field)
            yield field, column.lists, column.take()
