"""From what customers are grouped by to cells: exactly those that an export writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from servicekit import jsonio
from services.customers.exporting.domain import cells
from services.customers.exporting.domain.cells import Names, Points
from services.customers.exporting.domain.columns import PRIMARY
from services.customers.exporting.domain.columns import Column as Exported
from services.customers.reporting.domain.asked import Column
from services.customers.reporting.domain.frames import Read
from services.customers.reporting.domain.lists import elements_of

Merged = Mapping[str, Points]  # by the id of a merged customer: what it shows
_WRITTEN: Final = frozenset({"number", "boolean"})  # as JSON writes them


def reader_of(column: Column, names: Names, merged: Merged) -> Read:
    """What an export writes for a value that customers were grouped by; of a list, for one element of it."""
    if column.unit is not None:
        return lambda value: value
    known, custom = column.known, column.known.custom
    exported = Exported(known.name, known.label, column.kind, custom)
    if known.name in PRIMARY:
        read = cells.reader_of(exported, {"points": 0}, names)
        return lambda value: read([_points(PRIMARY[known.name], value, merged)])
    read = cells.reader_of(exported, {_part(column): 0}, names)
    if column.several:
        held = str if known.type == "teams" else int
        return lambda element: _only(read([[held(element)]]))
    if column.has_options:
        return lambda array: read([numbers_in(array)])
    if custom is not None:
        stored = jsonio.loads if custom.type in _WRITTEN else str
        return lambda value: read([{custom.key: stored(value)}])
    return lambda value: read([value])


def _part(column: Column) -> str:
    """Of a row, what the cell is read from."""
    if column.has_options:
        return "options"
    return "custom" if column.known.custom else column.known.name


def _only(cell: Any) -> Any:
    return cell[0] if cell else None


def numbers_in(array: str) -> list[int]:
    """PostgreSQL's text of an array of them."""
    return list(map(int, elements_of(array)))


def merged_ids(addresses: Iterable[str | None]) -> set[str]:
    """The customers whose address was not found out yet."""
    found = (jsonio.loads(address) for address in set(addresses) if address is not None)
    return {told[0] for told in found if len(told) == 1}


def _points(kind: str, address: str, merged: Merged) -> Points:
    told = jsonio.loads(address)
    if len(told) == 1:
        return merged.get(told[0], Points(()))
    return Points([(kind, *told, True, True)])
