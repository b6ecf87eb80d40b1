"""The values of each grouping and subdivision, with all that was put together in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from services.reports.configuring.domain.texts import text_of
from services.reports.tabulating.domain.arrays import Ints
from services.reports.tabulating.domain.axes import Axis, spread
from services.reports.tabulating.domain.columns import Json
from services.reports.tabulating.domain.limits import MAX_SPELLINGS, MAX_VALUES
from services.reports.tabulating.domain.table import Table


def values_of(table: Table) -> list[Json]:
    """Groupings first, each in its order; the most frequent values first."""
    split = len(table.groupings)
    return [
        _values(table, axis, f"/groupings/{n}" if n < split else f"/subdivisions/{n - split}")
        for n, axis in enumerate(table.compact.axes)
    ]


def _values(table: Table, axis: Axis, pointer: str) -> Json:
    apart = spread(axis, axis.sets)
    rows = apart.take(table.compact.rows)
    customers = table.compact.counter.customers(rows, apart.codes, axis.size)[: axis.empty]
    there = np.flatnonzero(customers)
    order = there[np.lexsort((axis.ranks[there], -customers[there]))]
    first = order[:MAX_VALUES]
    spelled = _spellings(axis, first)
    told = [_value(axis, code, int(customers[code]), spelled[code]) for code in first.tolist()]
    return {"at": pointer, "field": axis.part.field, "values": told, "more": len(order) - len(told)}


def _value(axis: Axis, code: int, customers: int, spelled: Sequence[tuple[int, str]]) -> Json:
    value = axis.values[code]
    told: Json = {
        "value": value.value,
        "label": value.label,
        "customers": customers,
        "spellings": [{"value": text, "customers": -count} for count, text in spelled[:MAX_SPELLINGS]],
        "by": value.by,
    }
    return told | ({"more": len(spelled) - MAX_SPELLINGS} if len(spelled) > MAX_SPELLINGS else {})


def _spellings(axis: Axis, codes: Ints) -> Mapping[int, list[tuple[int, str]]]:
    """Of these codes the raw values and how often each is there, the most frequent first; none of dates."""
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    if axis.part.unit:
        return found
    wanted = np.zeros(axis.size, dtype=np.bool_)
    wanted[codes] = True
    for raw in np.flatnonzero(wanted[axis.known]).tolist():
        spelled = (-int(axis.counts[raw]), text_of(axis.column.values[raw]))
        found[int(axis.known[raw])].append(spelled)
    for spellings in found.values():
        spellings.sort()
    return found
