"""What is told of the customers of a cell: how many they are, or what their numbers come to. Exactly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.reports.tabulating.domain.arrays import Flags, Ints
from services.reports.tabulating.domain.frame import Measure
from services.reports.tabulating.domain.numbers import Numbers, shown

Value = int | float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """One for each cell: `amounts / divisors`, nothing where there is no divisor."""

    amounts: Numbers
    present: Ints | None = None  # numbers in it; None where customers are counted
    divisor: int = 1
    averages: bool = False

    def at(self, cells: Ints) -> Figures:
        """Those of some cells."""
        present = None if self.present is None else self.present[cells]
        return replace(self, amounts=self.amounts[cells], present=present)

    def exact(self) -> list[int | None]:
        """What a percentage is taken of."""
        amounts: list[Any] = self.amounts.tolist()
        if self.present is None:
            return amounts
        return [
            amount if there else None for amount, there in zip(amounts, self.present.tolist(), strict=True)
        ]

    def values(self) -> list[Value]:
        """As JSON. Raises Invalid for what is too large."""
        amounts: list[Any] = self.amounts.tolist()
        if self.present is None:
            return amounts
        return [
            shown(amount, self.divisor * (there if self.averages else 1)) if there else None
            for amount, there in zip(amounts, self.present.tolist(), strict=True)
        ]

    def sorting(self) -> tuple[NDArray[Any], Flags]:
        """Numbers in the order of the values; and where there is none."""
        if self.present is None:
            return self.amounts, np.zeros(len(self.amounts), dtype=np.bool_)
        none = self.present == 0
        if self.averages:
            return np.array([value or 0.0 for value in self.values()], dtype=np.float64), none
        if self.amounts.dtype == object:
            return np.unique(self.amounts, return_inverse=True)[1], none
        return np.where(none, 0, self.amounts), none


@dataclass(frozen=True, slots=True)
class Amounts:
    """What is added up, or compared: `numbers` of rows, times 10**places, and how many customers have one."""

    present: Ints
    numbers: Numbers
    places: int

    @classmethod
    def of(cls, measure: Measure, op: str) -> Amounts:
        told = {"min": measure.least, "max": measure.greatest}.get(op, measure.sums)
        return cls(measure.present, *told.numbers())


@dataclass(frozen=True, slots=True)
class Counter:
    """Counts rows in cells as the total asks for: customers, unless there are `amounts`."""

    op: str
    weights: Ints
    amounts: Amounts | None = None

    def customers(self, rows: Ints, cells: Ints, size: int) -> Ints:
        """How many customers each cell has, if no row is in it twice."""
        return _added(self.weights[rows], cells, size)

    def figures(self, rows: Ints, cells: Ints, size: int, mentions: Ints | None = None) -> Figures:
        """`cells[n]` is where `rows[n]` belongs, of `size` cells; it counts `mentions[n]` times."""
        if self.amounts is None:
            weights = self.weights[rows]
            return Figures(_added(weights if mentions is None else weights * mentions, cells, size))
        present = _added(self.amounts.present[rows], cells, size)
        divisor = 10**self.amounts.places
        return Figures(self._numbers(self.amounts, rows, cells, size), present, divisor, self.op == "average")

    def merged(self, which: Ints, size: int) -> Counter:
        """Row n is part of row `which[n]`, of `size` rows."""
        rows = np.arange(len(which))
        weights = self.customers(rows, which, size)
        if self.amounts is None:
            return Counter(self.op, weights)
        numbers = self._numbers(self.amounts, rows, which, size)
        present = _added(self.amounts.present, which, size)
        return Counter(self.op, weights, Amounts(present, numbers, self.amounts.places))

    def _numbers(self, amounts: Amounts, rows: Ints, cells: Ints, size: int) -> Numbers:
        if self.op in ("sum", "average"):
            return _added(amounts.numbers[rows], cells, size)
        numbered = amounts.present[rows] > 0
        rows, cells = rows[numbered], cells[numbered]
        return _extreme(np.minimum if self.op == "min" else np.maximum, amounts.numbers[rows], cells, size)


def _added(numbers: Numbers, cells: Ints, size: int) -> Numbers:
    added = np.zeros(size, dtype=numbers.dtype)
    np.add.at(added, cells, numbers)
    return added


def _extreme(choose: np.ufunc, numbers: Numbers, cells: Ints, size: int) -> Numbers:
    found = np.zeros(size, dtype=numbers.dtype)
    found[cells] = numbers  # any of them, to begin with
    choose.at(found, cells, numbers)
    return found
