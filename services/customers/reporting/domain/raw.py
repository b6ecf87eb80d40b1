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

Merged = Mapping[str, Points]  # by the id of a merged customer: what it shows
_WRITTEN: Final = frozenset({"number", "boolean"})  # as JSON writes them


def reader_of(column: Column, names: Names, merged: Merged) -> Read:
    """What an export writes for a value that customers were grouped by."""
    if column.unit is not None:
        return lambda value: value
    known, custom = column.known, column.known.custom
    exported = Exported(known.name, known.label, column.kind, custom)
    if known.name in PRIMARY:
        read = cells.reader_of(exported, {"points": 0}, names)
        return lambda value: read([_points(PRIMARY[known.name], value, merged)])
    if column.has_options:
        read = cells.reader_of(exported, {"options": 0}, names)
        return lambda value: read([numbers_in(value)])
    if custom is not None:
        read, stored = cells.reader_of(exported, {"custom": 0}, names), _stored(custom.type)
        return lambda value: read([{custom.key: stored(value)}])
    read, held = cells.reader_of(exported, {known.name: 0}, names), _held(known.type)
    return lambda value: read([held(value)])


def numbers_in(array: str) -> list[int]:
    """PostgreSQL's text of an array of them."""
    return list(map(int, elements_of(array)))


def elements_of(array: str) -> list[str]:
    """The same of what needs no quotes."""
    return array[1:-1].split(",") if len(array) > 2 else []


def numbers_of(values: Iterable[str]) -> set[int]:
    """All that are in one of the arrays."""
    return {number for array in set(values) for number in numbers_in(array)}


def merged_ids(values: Iterable[str | None]) -> set[str]:
    """Of addresses: the customers whose address was not found out yet."""
    found = (jsonio.loads(value) for value in set(values) if value is not None)
    return {address[0] for address in found if len(address) == 1}


def _points(kind: str, value: str, merged: Merged) -> Points:
    address = jsonio.loads(value)
    if len(address) == 1:
        return merged.get(address[0], Points(()))
    return Points([(kind, *address, True, True)])


def _stored(type: str) -> Any:
    return jsonio.loads if type in _WRITTEN else str


def _held(type: str) -> Any:
    """By the type of a standard field."""
    return {"tags": numbers_in, "teams": elements_of}.get(type, lambda value: value)
