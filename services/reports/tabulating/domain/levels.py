"""Groups within groups: level by level, every group sorted, and what is beyond the top put together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from services.reports.configuring.domain.model import Grouping, Sort, Top
from services.reports.tabulating.domain.arrays import Flags, Ints, dense
from services.reports.tabulating.domain.axes import Axis, spread, spread_size
from services.reports.tabulating.domain.compacting import Compact
from services.reports.tabulating.domain.figures import Counter, Figures
from services.reports.tabulating.domain.limits import check_combinations, check_rows
from services.reports.tabulating.domain.ordering import in_order, largest


@dataclass(frozen=True, slots=True)
class Entries:
    """Rows in groups: `rows[n]` is in `groups[n]`, in no group twice, and counts there `mentions[n]` times,
    or once where that is None."""

    rows: Ints
    groups: Ints
    mentions: Ints | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """The groups of one level, numbered as they are shown: each has a parent in the level above and a code of
    its grouping. `merged`: how many values are in it, for others."""

    parents: Ints
    codes: Ints
    merged: Ints
    entries: Entries

    @property
    def size(self) -> int:
        return len(self.codes)


@dataclass(frozen=True, slots=True)
class Order:
    """How the groups of a level are sorted: `by_cell` says which rows count for that."""

    sort: Sort
    top: Top | None
    by_cell: Flags | None = None


def root(compact: Compact) -> Level:
    """All in one."""
    nothing = np.zeros(1, dtype=np.int64)
    return Level(nothing, nothing, nothing, Entries(compact.rows, np.zeros_like(compact.rows)))


def level_below(above: Level, axis: Axis, order: Order, counter: Counter, *, at: int) -> Level:
    """Raises Invalid for more groups than a table may have."""
    check_combinations(spread_size(axis, axis.sets[above.entries.rows]), f"/configuration/groupings/{at}")
    entries, codes = _apart(above.entries, axis)
    keys, groups = dense(entries.groups * axis.size + codes)
    level = Level(keys // axis.size, keys % axis.size, np.zeros_like(keys), replace(entries, groups=groups))
    if order.top is not None:
        level = _topped(level, axis, order, order.top, counter)
    check_rows(level.size, at)
    return _sorted(level, axis, order, counter)


def _apart(entries: Entries, axis: Axis) -> tuple[Entries, Ints]:
    """Each row once for each code that it has."""
    apart = spread(axis, axis.sets[entries.rows])
    mentions = None if entries.mentions is None else apart.take(entries.mentions)
    if apart.mentions is not None and _mentions(axis):
        mentions = apart.mentions if mentions is None else mentions * apart.mentions
    return Entries(apart.take(entries.rows), apart.take(entries.groups), mentions), apart.codes


def _mentions(axis: Axis) -> bool:
    return isinstance(axis.part, Grouping) and axis.part.mentions


def _topped(level: Level, axis: Axis, order: Order, top: Top, counter: Counter) -> Level:
    """The largest of each parent, and one for what is left of it if that is wanted."""
    figures = partial(_figures, level, order, counter)
    kept = largest(level.parents, level.codes, axis.ranks, n=top.n, figures=figures, last=axis.empty)
    entries = level.entries
    if not top.others:
        inside = kept[entries.groups]
        renumbered = np.cumsum(kept) - 1
        mentions = None if entries.mentions is None else entries.mentions[inside]
        left = Entries(entries.rows[inside], renumbered[entries.groups[inside]], mentions)
        return Level(level.parents[kept], level.codes[kept], level.merged[kept], left)
    own = np.where(kept, level.codes, axis.others)
    keys, groups = dense(level.parents * axis.size + own)
    merged = np.bincount(groups, minlength=len(keys))
    joined = _once(Entries(entries.rows, groups[entries.groups], entries.mentions), adding=_mentions(axis))
    return Level(keys // axis.size, keys % axis.size, merged, joined)


def _once(entries: Entries, *, adding: bool) -> Entries:
    """A row that came into one group by several values is in it once; `adding`: with the mentions of all."""
    rows = int(entries.rows.max()) + 1 if len(entries.rows) else 1
    keys, which = dense(entries.groups * rows + entries.rows)
    mentions = None
    if entries.mentions is not None:
        mentions = np.zeros(len(keys), dtype=np.int64)
        (np.add if adding else np.maximum).at(mentions, which, entries.mentions)
    return Entries(keys % rows, keys // rows, mentions)


def _sorted(level: Level, axis: Axis, order: Order, counter: Counter) -> Level:
    """Groups numbered anew, in the order in which they are shown."""
    came = in_order(
        level.parents,
        level.codes,
        axis.ranks,
        sort=order.sort,
        figures=partial(_figures, level, order, counter),
        last=axis.empty,
    )
    place = np.empty_like(came)
    place[came] = np.arange(len(came))
    entries = replace(level.entries, groups=place[level.entries.groups])
    return Level(level.parents[came], level.codes[came], level.merged[came], entries)


def _figures(level: Level, order: Order, counter: Counter) -> Figures:
    """What the groups are ranked by: their totals, or their cells of one column."""
    entries = level.entries
    if order.by_cell is None:
        return counter.figures(entries.rows, entries.groups, level.size, entries.mentions)
    inside = order.by_cell[entries.rows]
    mentions = None if entries.mentions is None else entries.mentions[inside]
    return counter.figures(entries.rows[inside], entries.groups[inside], level.size, mentions)
