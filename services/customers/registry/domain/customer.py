"""The customer as the rules see it, and what differs between two states of one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.customers.merging.domain.folded import Folded
from services.customers.registry.domain.contacts import Points, primary
from services.customers.registry.domain.united import Reached

STATUSES: Final = ("active", "inactive", "blocked")
PRIMARY_KINDS: Final = ("email", "phone", "whatsapp")
Changes = tuple["FieldChange", ...]


@dataclass(frozen=True, slots=True)
class Tag:
    """`id` is None until the tag is kept."""

    id: int | None
    name: str
    folded: str


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """A customer about to be kept. Tags and options by their local ids."""

    id: UUID
    name: str
    name_source: str  # auto, event, manual, import, api
    channel: str
    created_at: datetime
    points: Points = ()
    team_ids: frozenset[UUID] = frozenset()
    status: str = "active"
    assignee_id: UUID | None = None
    tag_ids: tuple[int, ...] = ()
    option_ids: tuple[int, ...] = ()
    custom: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Customer:
    """A kept customer. `custom` has the values of plain fields, `option_ids` what is chosen in all others.

    `points` are those that it shows; `reached` has them by the records that hold them. `folded` is what
    merges brought into it. Only the points follow an edit by themselves, the other two when it is written.
    """

    id: UUID
    name: str
    name_source: str
    status: str
    channel: str
    created_at: datetime
    version: int
    revision: int
    points: Points = ()
    team_ids: frozenset[UUID] = frozenset()
    assignee_id: UUID | None = None
    tags: tuple[Tag, ...] = ()
    custom: Mapping[str, Any] = field(default_factory=dict)
    option_ids: tuple[int, ...] = ()
    reached: Reached | None = None
    folded: Folded | None = None


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that changed, with plain JSON values."""

    field: str
    before: Any
    after: Any


def differences(
    before: Customer, after: Customer, *, shown: Callable[[Customer], Mapping[str, Any]]
) -> Changes:
    """Every field that differs, for the history of changes and the event.

    `shown` tells a customer's custom values as people read them: options by their labels.
    """
    pairs = [
        ("name", before.name, after.name),
        *((kind, _value(before, kind), _value(after, kind)) for kind in PRIMARY_KINDS),
        ("contact_points", _other_points(before), _other_points(after)),
        ("tags", sorted(t.name for t in before.tags), sorted(t.name for t in after.tags)),
        ("teams", sorted(map(str, before.team_ids)), sorted(map(str, after.team_ids))),
        ("assignee", _text(before.assignee_id), _text(after.assignee_id)),
        ("status", before.status, after.status),
        ("channel", before.channel, after.channel),
        *_custom_pairs(shown(before), shown(after)),
    ]
    return tuple(FieldChange(name, old, new) for name, old, new in pairs if old != new)


def _value(customer: Customer, kind: str) -> str | None:
    point = primary(customer.points, kind)
    return point.value if point else None


def _other_points(customer: Customer) -> list[dict[str, Any]]:
    """What the three primary addresses do not tell: further points, labels, platform ids."""
    told = [p for p in customer.points if not (p.primary and p.kind in PRIMARY_KINDS and p.label is None)]
    shown = [{"kind": p.kind, "value": p.value, "label": p.label, "primary": p.primary} for p in told]
    return sorted(shown, key=lambda p: (p["kind"], p["value"]))


def _custom_pairs(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[tuple[str, Any, Any]]:
    return [(f"custom.{key}", old.get(key), new.get(key)) for key in sorted(old.keys() | new.keys())]


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
