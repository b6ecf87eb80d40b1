"""What is counted: rows with a few values each, in columns of numbers that stand for the values.

A row stands for as many customers as its weight says, all with the same values.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servicekit.packed import END, unpack
from services.reports.tabulating.domain.arrays import Flags, Ints, starts_of
from services.reports.tabulating.domain.numbers import Decimals

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`codes` say which of `values` a row has, -1 for none. Where a row may have several, those of row n
    are `codes[starts[n]:starts[n + 1]]`."""

    field: str
    label: str
    type: str
    values: Sequence[Any]
    codes: NDArray[np.integer[Any]]
    starts: Ints | None = None

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Column:
        if data.get("several"):
            codes, starts = _lists(data["codes"])
        else:
            codes, starts = np.array(data["codes"], dtype=np.int64), None
        return cls(
            field=data["field"],
            label=data.get("label") or data["field"],
            type=data.get("type", "text"),
            values=data["values"],
            codes=codes,
            starts=starts,
        )

    @property
    def several(self) -> bool:
        return self.starts is not None

    def only(self, used: Flags) -> Column:
        """The same rows, without the values that none of them has."""
        if used.all():
            return self
        codes = np.append(np.cumsum(used) - 1, -1)[self.codes]
        values = [value for value, there in zip(self.values, used.tolist(), strict=True) if there]
        return replace(self, values=values, codes=codes)

    def where(self, kept: Flags) -> Column:
        """The rows that are kept."""
        if self.starts is None:
            return replace(self, codes=self.codes[kept])
        lengths = np.diff(self.starts)
        return replace(self, codes=self.codes[np.repeat(kept, lengths)], starts=starts_of(lengths[kept]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """The numbers of one field: how many customers of a row have one, what they come to, and the least and
    the greatest of them."""

    field: str
    present: Ints
    sums: Decimals
    least: Decimals
    greatest: Decimals

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Measure:
        return cls(
            field=data["field"],
            present=np.array(data["present"], dtype=np.int64),
            sums=Decimals.load(data["sums"]),
            least=Decimals.load(data["least"]),
            greatest=Decimals.load(data["greatest"]),
        )

    @classmethod
    def of_codes(cls, field: str, texts: Sequence[str], codes: NDArray[np.integer[Any]]) -> Measure:
        """The numbers of rows of one customer each: row n has `texts[codes[n]]`, or none for -1."""
        own = Decimals(texts, codes)
        present = (codes >= 0).astype(np.int64)
        return cls(field=field, present=present, sums=own, least=own, greatest=own)

    def where(self, kept: Flags) -> Measure:
        return replace(
            self,
            present=self.present[kept],
            sums=self.sums.where(kept),
            least=self.least.where(kept),
            greatest=self.greatest.where(kept),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Rows to be counted; two may have the same values.

    Frames of one `name` are of the same rows: their columns of one field are equal, and so are their weights.
    """

    columns: Sequence[Column]
    weights: Ints
    measure: Measure | None = None
    name: Hashable = None

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Frame:
        """From JSON, as `customers.aggregate` answers it: codes of lists are packed."""
        measure = data.get("measure")
        return cls(
            columns=[Column.load(column) for column in data["columns"]],
            weights=np.array(data["weights"], dtype=np.int64),
            measure=Measure.load(measure) if measure else None,
        )

    @property
    def rows(self) -> int:
        return len(self.weights)

    @property
    def customers(self) -> int:
        return int(self.weights.sum())

    def column(self, field: str) -> Column:
        """Raises KeyError."""
        found = next((column for column in self.columns if column.field == field), None)
        if found is None:
            raise KeyError(field)
        return found

    def where(self, kept: Flags, *, name: Hashable = None) -> Frame:
        """The rows that are kept, which have that name."""
        return Frame(
            columns=[column.where(kept) for column in self.columns],
            weights=self.weights[kept],
            measure=self.measure and self.measure.where(kept),
            name=name,
        )


def _lists(packed: str) -> tuple[Ints, Ints]:
    """The codes of all lists, and where each list begins."""
    numbers = np.array(unpack(packed), dtype=np.int64)
    ends = numbers == END
    there = numbers >= 0
    lengths = np.bincount(np.cumsum(ends)[there], minlength=int(ends.sum()))
    return numbers[there], starts_of(lengths)
