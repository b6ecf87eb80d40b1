"""Frames as people read them."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from servicekit.packed import lists_of
from services.customers.tests.world import World

Json = dict[str, Any]


def aggregated(world: World, *fields: Any, scope: Json | None = None, **asked: Any) -> Json:
    """The answer for these fields: names, or pairs of a name and a unit."""
    given = [{"field": f} if isinstance(f, str) else {"field": f[0], "unit": f[1]} for f in fields]
    asked = {"selection": {}, **asked}
    return world.service.aggregate(scope or world.admin, fields=given, **asked)


def counts(world: World, *fields: Any, scope: Json | None = None, **asked: Any) -> dict[Any, int]:
    """How many customers there are of each combination of values; of one field, of each value."""
    return told(aggregated(world, *fields, scope=scope, **asked)["frame"])


def told(frame: Json) -> dict[Any, int]:
    """Lists are told as sorted tuples, what is empty as None."""
    found: dict[Any, int] = {}
    for key, weight in zip(rows(frame), frame["weights"], strict=True):
        known = key[0] if len(key) == 1 else key
        found[known] = found.get(known, 0) + weight
    return found


def rows(frame: Json) -> list[tuple[Any, ...]]:
    """Of each group the values."""
    columns = [[_value(column, code) for code in _codes(column)] for column in frame["columns"]]
    return list(zip(*columns, strict=True))


def _codes(column: Json) -> Iterable[Any]:
    return lists_of(column["codes"]) if column["several"] else column["codes"]


def _value(column: Json, code: Any) -> Any:
    if column["several"]:
        return tuple(sorted(column["values"][each] for each in code)) or None
    return None if code == -1 else column["values"][code]


def seen(world: World, ids: list[str], scope: Json | None = None) -> list[bool]:
    """What visible_bits says of each."""
    asked = base64.b64encode(b"".join(UUID(id).bytes for id in ids)).decode()
    answer = base64.b64decode(world.service.visible_bits(scope or world.admin, asked)["bits"])
    return [bool(answer[n // 8] >> (7 - n % 8) & 1) for n in range(len(ids))]
