"""The groups of a level as JSON, each with its cells."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Any

from services.reports.tabulating.domain.columns import Json, shown
from services.reports.tabulating.domain.levels import Level
from services.reports.tabulating.domain.percents import Wholes
from services.reports.tabulating.domain.spellings import raw_values_of, spellings_of
from services.reports.tabulating.domain.table import Table, counting, mentioned


@dataclass(frozen=True, slots=True)
class Lines:
    """The groups of one level, in the order in which they are shown, and of each its parent above."""

    told: list[Json]
    parents: list[int]


def wholes_of(table: Table) -> Wholes:
    """What percentages are taken of."""
    whole = counting(table, mentioned(table))
    columns = [exact for block in table.blocks for exact in table.block(whole, block).exact()]
    keys = [cell.key for cell in table.cells]
    return Wholes(table.configuration.percent, keys, columns, table.totals(whole).exact()[0])


def grand_of(table: Table, wholes: Wholes) -> Json:
    """All customers, each of them once."""
    whole = table.levels[0]
    told = _cells(table, whole, wholes)[0]
    if (mentions := mentioned(table)) is not None:
        told["mentions"] = int((table.compact.counter.weights * mentions).sum())
    if "percent" in told:
        told["percent"] = wholes.of(wholes.columns, wholes.grand)
    return told


def lines_of(table: Table, wholes: Wholes) -> list[Lines]:
    """Of each level from the first one to that of the innermost grouping."""
    found: list[Lines] = []
    raw = raw_values_of(table)
    for number in range(1, len(table.levels)):
        level = table.levels[number]
        above = found[-1].told if found else [{"values": [], "labels": []}]
        lines = _named(table, level, number, above)
        spelled = spellings_of(table, number, raw)
        for line, figures, spellings in zip(lines, _cells(table, level, wholes), spelled, strict=True):
            line |= {"spellings": spellings} | figures
        found.append(Lines(lines, level.parents.tolist()))
    return found


def _named(table: Table, level: Level, number: int, above: list[Json]) -> list[Json]:
    """Each group with the values that made it, from the outermost one."""
    axis = table.groupings[number - 1]
    lines = []
    for parent, code, merged in zip(
        level.parents.tolist(), level.codes.tolist(), level.merged.tolist(), strict=True
    ):
        value, label = shown(axis, code, merged)
        outer = above[parent]
        line: Json = {
            "level": number,
            "values": [*outer["values"], value],
            "labels": [*outer["labels"], label],
        }
        if empty := [*outer.get("empty", ()), *([number - 1] if code == axis.empty else ())]:
            line["empty"] = empty
        if code == axis.others or "others" in outer:
            line["others"] = True
        lines.append(line)
    return lines


def _cells(table: Table, level: Level, wholes: Wholes) -> list[Json]:
    """The figures of each group."""
    keys = [cell.key for cell in table.cells]
    totals, customers = table.totals(level), table.customers(level)
    blocks = [table.block(level, block) for block in table.blocks]
    widths = [len(block.codes) for block in table.blocks]
    values = _by_group([block.values() for block in blocks], widths, level.size)
    told: list[Json] = [
        {"cells": dict(zip(keys, cells, strict=True)), "total": total, "customers": count}
        for cells, total, count in zip(values, totals.values(), customers, strict=True)
    ]
    if wholes.kinds:
        exact = _by_group([block.exact() for block in blocks], widths, level.size)
        for line, cells, total in zip(told, exact, totals.exact(), strict=True):
            line["percent"] = wholes.of(cells, total)
    return told


def _by_group(blocks: list[list[Any]], widths: list[int], size: int) -> list[list[Any]]:
    """The cells of all blocks of each group, from left to right."""
    each = list(zip(blocks, widths, strict=True))
    return [
        list(chain.from_iterable(block[n * width : (n + 1) * width] for block, width in each))
        for n in range(size)
    ]
