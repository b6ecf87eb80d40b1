"""What somebody may want to join; as long as nobody does, nothing is."""

from __future__ import annotations

from services.reports.normalizing.domain.suggestions import suggestions_of
from services.reports.tabulating.domain.axes import Axis, spread
from services.reports.tabulating.domain.columns import Json
from services.reports.tabulating.domain.table import Table


def suggested(table: Table) -> list[Json]:
    """Of each grouping and subdivision, with where it stands in the configuration."""
    split, found = len(table.groupings), list[Json]()
    for n, axis in enumerate(table.compact.axes):
        place = f"/groupings/{n}" if n < split else f"/subdivisions/{n - split}"
        suggestions = suggestions_of(axis.values, _customers(table, axis), axis.part)
        found += [{"at": place, **suggestion} for suggestion in suggestions]
    return found


def _customers(table: Table, axis: Axis) -> list[int]:
    """How many have each value."""
    apart = spread(axis, axis.sets)
    rows = apart.take(table.compact.rows)
    counted: list[int] = table.compact.counter.customers(rows, apart.codes, axis.size)[: axis.empty].tolist()
    return counted
