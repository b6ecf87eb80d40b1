"""From a frame and a configuration to the answer."""

from __future__ import annotations

from typing import Any

from services.reports.configuring.domain.model import Configuration
from services.reports.tabulating.domain.columns import Json, told_columns
from services.reports.tabulating.domain.frame import Frame
from services.reports.tabulating.domain.lines import Lines, grand_of, lines_of, wholes_of
from services.reports.tabulating.domain.table import Former, table_of


def tabulate(
    frame: Frame, configuration: Configuration, *, former: Former | None = None, shape: str = "rows"
) -> Json:
    """The table as JSON, with `rows`, or with a `tree` for the shape of that name.

    `former`: of a field, what its values were called before, folded, and what they are called today.
    Raises Invalid for a table that is too large, and KeyError for a field that the frame has not.
    """
    table = table_of(frame, configuration, former or {})
    wholes = wholes_of(table)
    grand = grand_of(table, wholes)
    levels = lines_of(table, wholes, upto=len(configuration.groupings))
    answer: Json = {
        "columns": told_columns(configuration, table.groupings, table.cells),
        "rows": _rows(levels, subtotals=configuration.subtotals),
        "grand_total": grand["total"],
        "grand": {key: value for key, value in grand.items() if key != "total"},
        "warnings": table.warnings,
        "customers": frame.customers,
    }
    return answer


def _rows(levels: list[Lines], *, subtotals: bool) -> list[Json]:
    """Leaf after leaf; with `subtotals` each group stands before what is in it."""
    if not subtotals or len(levels) == 1:
        return levels[-1].told
    rows: list[Json] = []
    _descend(levels, rows)
    return rows


def _descend(levels: list[Lines], rows: list[Json]) -> None:
    children: list[list[list[Any]]] = []
    for level in levels:
        size = max(level.parents, default=-1) + 1
        below: list[list[Any]] = [[] for _ in range(size)]
        for at, parent in enumerate(level.parents):
            below[parent].append(at)
        children.append(below)

    def walk(depth: int, at: int) -> None:
        rows.append(levels[depth].told[at])
        if depth + 1 < len(levels):
            for child in children[depth + 1][at]:
                walk(depth + 1, child)

    for at in range(len(levels[0].told)):
        walk(0, at)
