"""Rows that differ in nothing that the report asks for become one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from services.reports.tabulating.domain.arrays import Ints, dense
from services.reports.tabulating.domain.axes import Axis
from services.reports.tabulating.domain.figures import Counter
from services.reports.tabulating.domain.frame import Frame, Measure


@dataclass(frozen=True, slots=True)
class Compact:
    """`which[row]` is what a row of the frame became; `axes` and `counter` are those of what they became."""

    which: Ints
    axes: list[Axis]
    counter: Counter

    @property
    def rows(self) -> Ints:
        return np.arange(len(self.counter.weights))


def compacted(frame: Frame, axes: Sequence[Axis], op: str) -> Compact:
    """Less to count, with the same result."""
    which, first = _merged(frame.rows, axes)
    every, size = np.arange(frame.rows), len(first)
    whole = Counter(op, frame.weights, frame.measure)
    counter = Counter(op, whole.customers(every, which, size), _measure(whole, every, which, size))
    return Compact(which, [replace(axis, sets=axis.sets[first]) for axis in axes], counter)


def _merged(rows: int, axes: Sequence[Axis]) -> tuple[Ints, Ints]:
    """Which of the new rows each becomes, and one row that became each."""
    which = np.zeros(rows, dtype=np.int64)
    found = which[:1]
    for axis in axes:
        found, which = dense(which * len(axis.starts) + axis.sets)
    first = np.zeros(len(found), dtype=np.int64)
    first[which] = np.arange(rows)
    return which, first


def _measure(whole: Counter, rows: Ints, which: Ints, size: int) -> Measure | None:
    measure = whole.measure
    if whole.op == "count" or measure is None:
        return None
    figures = whole.figures(rows, which, size)
    assert figures.present is not None
    own = figures.amounts
    return replace(measure, present=figures.present, sums=own, least=own, greatest=own)
