"""A subdivision as columns of cells: which values have one, in which order, and who is in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from services.reports.configuring.domain.model import Subdivision
from services.reports.tabulating.domain.arrays import Flags, Ints, count_members, dense, members, starts_of
from services.reports.tabulating.domain.axes import Axis, spread, spread_size
from services.reports.tabulating.domain.compacting import Compact
from services.reports.tabulating.domain.figures import Figures
from services.reports.tabulating.domain.limits import check_combinations
from services.reports.tabulating.domain.ordering import in_order, largest, usual


@dataclass(frozen=True, slots=True)
class Block:
    """`codes` of its columns from left to right, `merged` values in the others. Row n is in the columns
    `columns[starts[n]:starts[n + 1]]`, in each of them once."""

    axis: Axis
    codes: list[int]
    merged: int
    columns: Ints
    starts: Ints

    def spread(self, rows: Ints) -> tuple[Ints, Ints]:
        """Which of the rows, and in which column, for each column that they are in."""
        of, at = members(self.starts, rows)
        return of, self.columns[at]

    def spread_size(self, rows: Ints) -> int:
        return count_members(self.starts, rows)

    def has(self, column: int) -> Flags:
        """The rows that are in it, as a truth value for each row."""
        there = np.zeros(len(self.starts) - 1, dtype=np.bool_)
        there[np.repeat(np.arange(len(there)), np.diff(self.starts))[self.columns == column]] = True
        return there


def block_of(compact: Compact, axis: Axis, *, at: int) -> Block:
    """Raises Invalid where customers have too many values."""
    check_combinations(spread_size(axis, axis.sets), f"/configuration/subdivisions/{at}")
    apart = spread(axis, axis.sets)
    rows = apart.take(compact.rows)
    figures = compact.counter.figures(rows, apart.codes, axis.size)
    there, kept = _chosen(axis, apart.codes, figures)
    codes, merged = np.flatnonzero(there & kept), int((there & ~kept).sum())
    own = apart.codes
    if merged:
        own = np.where(kept[own], own, axis.others)
        codes = np.append(codes, axis.others) if _has_others(axis) else codes
        figures = compact.counter.figures(rows, own, axis.size)
    codes = codes[_order(axis, codes, figures)]
    column_of = np.full(axis.size, -1)
    column_of[codes] = np.arange(len(codes))
    return Block(axis, codes.tolist(), merged, *_members(rows, column_of[own], len(compact.rows), len(codes)))


def _chosen(axis: Axis, codes: Ints, figures: Figures) -> tuple[Flags, Flags]:
    """Which codes there are at all, and which of them get a column of their own."""
    there = np.zeros(axis.size, dtype=np.bool_)
    there[codes] = True
    if _rules(axis):
        there[: axis.empty] = True
    if axis.part.top is None:
        return there, there
    present = np.flatnonzero(there)
    kept = np.zeros(axis.size, dtype=np.bool_)
    nowhere = np.zeros(len(present), dtype=np.int64)
    kept[present] = largest(
        nowhere, present, axis.ranks, n=axis.part.top.n, figures=partial(figures.at, present), last=axis.empty
    )
    return there, kept


def _order(axis: Axis, codes: Ints, figures: Figures) -> Ints:
    """Classes stand as their rules do."""
    if _rules(axis):
        return np.argsort(codes)
    sort = usual(axis.part, axis.column.type)
    nowhere = np.zeros(len(codes), dtype=np.int64)
    return in_order(
        nowhere, codes, axis.ranks, sort=sort, figures=partial(figures.at, codes), last=axis.empty
    )


def _members(rows: Ints, columns: Ints, size: int, width: int) -> tuple[Ints, Ints]:
    """Of each row the columns that it is in, and where they begin."""
    inside = columns >= 0
    keys, _ = dense(rows[inside] * width + columns[inside])
    return keys % max(width, 1), starts_of(np.bincount(keys // max(width, 1), minlength=size))


def _rules(axis: Axis) -> bool:
    return isinstance(axis.part, Subdivision) and axis.part.rules is not None


def _has_others(axis: Axis) -> bool:
    return axis.part.top is not None and axis.part.top.others
