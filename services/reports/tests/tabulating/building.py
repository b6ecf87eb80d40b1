"""Customers as a frame: one row for each, or one for all who are alike."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from servicekit.packed import pack_lists

Json = dict[str, Any]
Customer = dict[str, Any]  # by field a value, None, or a list; "amount": a Decimal or None

TYPES = {"plan": "text", "city": "text", "score": "number", "since": "date", "vip": "boolean", "tags": "list"}
TYPES |= {"likes": "list"}
LISTS = {field for field, type in TYPES.items() if type == "list"}


def frame_of(customers: Sequence[Customer], *, alike: bool = False) -> Json:
    """As JSON. `alike`: customers with the same values become one row."""
    groups: dict[str, list[Customer]] = {}
    for n, customer in enumerate(customers):
        key = repr([customer.get(field) for field in TYPES]) if alike else str(n)
        groups.setdefault(key, []).append(customer)
    rows = list(groups.values())
    return {
        "rows": len(rows),
        "columns": [_column(field, [members[0] for members in rows]) for field in TYPES],
        "weights": [len(members) for members in rows],
        "measure": _measure([[each.get("amount") for each in members] for members in rows]),
    }


def _column(field: str, rows: Sequence[Customer]) -> Json:
    known: dict[str, int] = {}
    values: list[Any] = []

    def code(value: Any) -> int:
        if value is None:
            return -1
        key = f"{type(value).__name__} {value!r}"
        if key not in known:
            known[key] = len(values)
            values.append(value)
        return known[key]

    if several := field in LISTS:
        codes: Any = pack_lists([[code(value) for value in row.get(field) or ()] for row in rows])
    else:
        codes = [code(row.get(field)) for row in rows]
    told = {"field": field, "label": field.title(), "type": TYPES[field], "several": several}
    return told | {"values": values, "codes": codes}


def _measure(amounts: Sequence[Sequence[Decimal | None]]) -> Json:
    numbers = [[amount for amount in row if amount is not None] for row in amounts]
    return {
        "field": "amount",
        "present": [len(row) for row in numbers],
        "sums": [str(sum(row, Decimal(0))) for row in numbers],
        "least": [str(min(row)) if row else None for row in numbers],
        "greatest": [str(max(row)) if row else None for row in numbers],
    }
