"""The table: groups level by level, with their figures in each column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np

from services.reports.configuring.domain.model import TOTAL, VALUE, Configuration, Grouping, Part
from services.reports.normalizing.domain.mapping import map_values
from services.reports.tabulating.domain.arrays import Ints, dense
from services.reports.tabulating.domain.axes import Axis, axis_of
from services.reports.tabulating.domain.blocks import Block, block_of
from services.reports.tabulating.domain.columns import Cell, Json, cells_of
from services.reports.tabulating.domain.compacting import Compact, compacted
from services.reports.tabulating.domain.figures import Figures
from services.reports.tabulating.domain.frame import Column, Frame
from services.reports.tabulating.domain.levels import Entries, Level, Order, level_below, root
from services.reports.tabulating.domain.limits import (
    check_cells,
    check_columns,
    check_combinations,
    check_rows,
)
from services.reports.tabulating.domain.ordering import usual
from services.reports.tabulating.domain.remembering import AxisMemory

Former = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Table:
    """`levels[0]` is all in one, `levels[n]` the groups of the n-th grouping."""

    frame: Frame
    configuration: Configuration
    compact: Compact
    levels: list[Level]
    blocks: list[Block]
    cells: list[Cell]
    warnings: list[Json]

    @property
    def groupings(self) -> list[Axis]:
        return self.compact.axes[: len(self.configuration.groupings)]

    def customers(self, level: Level) -> list[int]:
        """Of each group."""
        entries = level.entries
        found: list[int] = self.compact.counter.customers(entries.rows, entries.groups, level.size).tolist()
        return found

    def totals(self, level: Level) -> Figures:
        """Of each group."""
        entries = level.entries
        return self.compact.counter.figures(entries.rows, entries.groups, level.size, entries.mentions)

    def block(self, level: Level, block: Block) -> Figures:
        """Of each group one for each column of the block, in a row. Raises Invalid."""
        entries, width = level.entries, len(block.codes)
        check_combinations(block.spread_size(entries.rows), "/configuration/subdivisions")
        of, columns = block.spread(entries.rows)
        mentions = None if entries.mentions is None else entries.mentions[of]
        cells = entries.groups[of] * width + columns
        return self.compact.counter.figures(entries.rows[of], cells, level.size * width, mentions)


def table_of(frame: Frame, configuration: Configuration, former: Former, memory: AxisMemory) -> Table:
    """Raises Invalid for a table that is too large."""
    zone = ZoneInfo(configuration.time_zone or "UTC")
    axes = [
        memory.axis(frame.name, part, zone, known, partial(_axis, frame, part, zone, known))
        for part in configuration.parts
        for known in [former.get(part.field, {})]
    ]
    compact = compacted(frame, axes, configuration.total.op)
    split = len(configuration.groupings)
    blocks = [block_of(compact, axis, at=at) for at, axis in enumerate(compact.axes[split:])]
    check_columns(sum(len(block.codes) for block in blocks), len(blocks) - 1)
    cells = cells_of(blocks)
    table = Table(frame, configuration, compact, [root(compact)], blocks, cells, [])
    for at, axis in enumerate(table.groupings):
        order = _order(table, at, axis)
        table.levels.append(level_below(table.levels[-1], axis, order, compact.counter, at=at))
        if configuration.subtotals:
            check_rows(sum(level.size for level in table.levels[1:]), at)
    check_cells(table.levels[-1].size, len(cells), split - 1)
    return table


def counts_of(frame: Frame, column: Column) -> Ints:
    """How many customers have each raw value."""
    codes, rows = column.codes, np.arange(frame.rows)
    if column.starts is not None:
        rows = np.repeat(rows, np.diff(column.starts))
        keys, _ = dense(rows * len(column.values) + codes)
        rows, codes = keys // len(column.values), keys % len(column.values)
    counts = np.zeros(len(column.values) + 1, dtype=np.int64)
    np.add.at(counts, codes, frame.weights[rows])
    return counts[:-1]


def _axis(frame: Frame, part: Part, zone: ZoneInfo, former: Mapping[str, str]) -> Axis:
    column = frame.column(part.field)
    counts = counts_of(frame, column)
    # Of what no row has nothing is told: it may be of customers that were left out.
    column, counts = column.only(counts > 0), counts[counts > 0]
    mapped = map_values(column.values, counts.tolist(), part, zone=zone, former=former)
    return axis_of(part, column, counts, mapped)


def _order(table: Table, at: int, axis: Axis) -> Order:
    """How the groups of a level are sorted. A column that is not there any more is told of."""
    configuration, grouping = table.configuration, axis.part
    assert isinstance(grouping, Grouping)
    top = grouping.top or (configuration.top if at == 0 else None)
    sort = grouping.sort or configuration.sort or usual(grouping, axis.column.type)
    if sort.by in (TOTAL, VALUE):
        return Order(sort, top)
    cell = next((cell for cell in table.cells if cell.key == sort.by), None)
    if cell is None:
        detail = "there is no such column to sort by; the usual order stands"
        table.warnings.append({"code": "sort_column_missing", "detail": detail, "at": f"/groupings/{at}"})
        return Order(usual(grouping, axis.column.type), top)
    return Order(sort, top, table.blocks[cell.block].has(cell.column))


def mentioned(table: Table) -> Ints | None:
    """How many mentions each row counts for in the whole table, or None where customers are counted."""
    counted = [axis for axis in table.groupings if isinstance(axis.part, Grouping) and axis.part.mentions]
    if not counted:
        return None
    mentions = np.ones(len(table.compact.rows), dtype=np.int64)
    for axis in counted:
        mentions *= np.add.reduceat(axis.mentions, axis.starts[:-1])[axis.sets] if len(axis.sets) else 1
    return mentions


def counting(table: Table, mentions: Ints | None) -> Level:
    """All in one, with as many mentions."""
    whole = table.levels[0]
    entries = Entries(whole.entries.rows, whole.entries.groups, mentions)
    return Level(whole.parents, whole.codes, whole.merged, entries)
