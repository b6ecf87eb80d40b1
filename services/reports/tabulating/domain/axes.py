"""One grouping or subdivision over the rows: which of its values each of them has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.reports.configuring.domain.model import Part
from services.reports.normalizing.domain.mapped import Mapped, Value, is_blank
from services.reports.tabulating.domain.arrays import (
    Ints,
    count_members,
    dense,
    distinct_lists,
    members,
    starts_of,
)
from services.reports.tabulating.domain.frame import Column
from services.reports.tabulating.domain.ordering import ranks


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """`values` and, after them, the empty value and the others: these are the codes.

    A row has the set `sets[row]` of codes: `codes[starts[set]:starts[set + 1]]`, each of them once; so many
    of its raw values, `mentions`, are of that code.
    """

    part: Part
    column: Column
    values: list[Value]
    sets: Ints
    codes: Ints
    starts: Ints
    mentions: Ints
    single: bool
    ranks: Ints
    known: Ints  # the code of each raw value
    counts: Ints  # and how many customers have it

    @property
    def empty(self) -> int:
        return len(self.values)

    @property
    def others(self) -> int:
        return len(self.values) + 1

    @property
    def size(self) -> int:
        """How many codes there are."""
        return len(self.values) + 2


@dataclass(frozen=True, slots=True)
class Spread:
    """Rows, once for each code that they have: which of those asked for, the code, and its mentions."""

    of: Ints | None  # None: each of them once, as they were
    codes: Ints
    mentions: Ints | None

    def take(self, values: NDArray[Any]) -> NDArray[Any]:
        """The same of each of those asked for, where they are now."""
        return values if self.of is None else values[self.of]


def axis_of(part: Part, column: Column, counts: Ints, mapped: Mapped) -> Axis:
    """The column as `mapped` says. Blank values of a row that has others are nothing."""
    nothing = len(mapped.values)
    known = np.array([*mapped.codes, mapped.empty], dtype=np.int64)
    known[known < 0] = nothing
    common: Any = {"part": part, "column": column, "values": mapped.values}
    common |= {"ranks": ranks(mapped.values), "known": known[:-1], "counts": counts}
    if column.starts is None:
        every, once = np.arange(nothing + 1), np.ones(nothing + 1, dtype=np.int64)
        starts = np.arange(nothing + 2)
        sets = known[column.codes]
        return Axis(sets=sets, codes=every, starts=starts, mentions=once, single=True, **common)
    lists = _of_lists(column, column.starts, known, nothing)
    sets, found, starts = distinct_lists(*lists, nothing + 1)
    of = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    keys, which = dense(of * (nothing + 1) + found)
    mentions = np.bincount(which, minlength=len(keys))
    lengths = np.bincount(keys // (nothing + 1), minlength=len(starts) - 1)
    codes = keys % (nothing + 1)
    return Axis(sets=sets, codes=codes, starts=starts_of(lengths), mentions=mentions, single=False, **common)


def spread(axis: Axis, sets: Ints) -> Spread:
    """What the rows of these sets come apart into."""
    if axis.single:
        return Spread(None, sets, None)
    of, at = members(axis.starts, sets)
    return Spread(of, axis.codes[at], axis.mentions[at])


def spread_size(axis: Axis, sets: Ints) -> int:
    """How many `spread` gives."""
    return len(sets) if axis.single else count_members(axis.starts, sets)


def _of_lists(column: Column, starts: Ints, known: Ints, nothing: int) -> tuple[Ints, Ints]:
    """What the values of each row count as, at least one of each row."""
    blank = np.array([*map(is_blank, column.values), True])
    rows = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    said, found = ~blank[column.codes], known[column.codes]
    counted = said & (found != nothing)
    lengths = np.bincount(rows[counted], minlength=len(starts) - 1)
    bare = np.flatnonzero(lengths == 0)
    unmatched = np.zeros(len(lengths), dtype=np.bool_)
    unmatched[rows[said]] = True
    members = np.insert(
        found[counted], starts_of(lengths)[bare], np.where(unmatched[bare], nothing, known[-1])
    )
    return members, starts_of(np.maximum(lengths, 1))
