"""A record as merges see it: one row of `customer`, with everything that they may change of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.customers.fields.domain.definitions import WITH_OPTIONS, Definitions
from services.customers.registry.domain.customer import PRIMARY_KINDS

CUSTOM: Final = "custom."
PRIMARY: Final = "primary."


@dataclass(frozen=True, slots=True)
class Record:
    """Tags and options that were joined to others are those others here."""

    id: UUID
    root_id: UUID
    merged_into: UUID | None
    merged_by: UUID | None
    name: str
    name_source: str
    status: str
    channel: str
    assignee: str | None
    version: int
    revision: int
    updated_at: datetime
    teams: frozenset[str] = frozenset()
    tags: frozenset[int] = frozenset()
    options: frozenset[int] = frozenset()
    custom: Mapping[str, Any] = field(default_factory=dict)
    folded: Mapping[str, Any] = field(default_factory=dict)
    primary_ids: Mapping[str, str] = field(default_factory=dict)


def values_of(record: Record, definitions: Definitions) -> dict[str, Any]:
    """Every field that a merge may change, by its name in `folded`; None where there is nothing."""
    values: dict[str, Any] = {
        "name": {"name": record.name, "name_source": record.name_source},
        "status": record.status,
        "channel": record.channel,
        "assignee": record.assignee,
    }
    for kind in PRIMARY_KINDS:
        values[PRIMARY + kind] = record.primary_ids.get(kind)
    for each in definitions.fields:
        if each.type in WITH_OPTIONS:
            values[CUSTOM + each.key] = sorted(record.options & each.numbers) or None
        else:
            values[CUSTOM + each.key] = record.custom.get(each.key)
    return values


def with_value(record: Record, name: str, value: Any, definitions: Definitions) -> Record:
    """The record with one of these fields set."""
    if name == "name":
        return replace(record, name=value["name"], name_source=value["name_source"])
    if name.startswith(PRIMARY):
        return replace(record, primary_ids=_with(record.primary_ids, name.removeprefix(PRIMARY), value))
    if not name.startswith(CUSTOM):
        return replace(record, **{name: value})
    each = definitions.by_key[name.removeprefix(CUSTOM)]
    if each.type in WITH_OPTIONS:
        return replace(record, options=(record.options - each.numbers) | frozenset(value or ()))
    return replace(record, custom=_with(record.custom, each.key, value))


def _with(values: Mapping[str, Any], key: str, value: Any) -> dict[str, Any]:
    rest = {k: v for k, v in values.items() if k != key}
    return rest if value is None else {**rest, key: value}
