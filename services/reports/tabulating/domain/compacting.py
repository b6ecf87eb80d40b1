"""Rows that differ in nothing that the report asks for become one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from services.reports.tabulating.domain.arrays import Ints, dense
from services.reports.tabulating.domain.axes import Axis
from services.reports.tabulating.domain.figures import Amounts, Counter
from services.reports.tabulating.domain.frame import Frame


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
    amounts = None if op == "count" or frame.measure is None else Amounts.of(frame.measure, op)
    counter = Counter(op, frame.weights, amounts).merged(which, len(first))
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
