"""The table as a chart: the groups of the outermost level, with the cells of the first subdivision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from services.reports.configuring.domain.model import TOTAL
from services.reports.tabulating.domain.columns import Json
from services.reports.tabulating.domain.limits import MAX_POINTS, MAX_SERIES
from services.reports.tabulating.domain.table import Table

_STACKED: Final = frozenset({"count", "sum"})


def chart_of(table: Table, title: str, lines: Sequence[Json]) -> Json:
    """`lines` are those of the outermost level, `title` is that of their totals.

    Dates follow one another, whatever the table is sorted by.
    """
    dated = bool(table.groupings[0].part.unit)
    points = _latest(lines) if dated else lines[:MAX_POINTS]
    return {
        "kind": "line" if dated else _kind_of_bars(table),
        "labels": [line["labels"][0] for line in points],
        "series": _series(table, title, points),
    }


def _latest(lines: Sequence[Json]) -> list[Json]:
    dates = [line for line in lines if line["values"][0] is not None]
    return sorted(dates, key=lambda line: str(line["values"][0]))[-MAX_POINTS:]


def _kind_of_bars(table: Table) -> str:
    """Bars are put on one another where their sum says something."""
    if not table.blocks or not table.blocks[0].axis.single:
        return "bar"
    return "stacked_bar" if table.configuration.total.op in _STACKED else "bar"


def _series(table: Table, title: str, points: Sequence[Json]) -> list[Json]:
    cells = [cell for cell in table.cells if cell.block == 0][:MAX_SERIES]
    if not cells:
        return [{"name": title, "data": [line[TOTAL] for line in points]}]
    return [
        {"name": cell.told["label"], "data": [line["cells"][cell.key] for line in points]} for cell in cells
    ]
