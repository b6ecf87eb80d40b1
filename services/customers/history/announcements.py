"""What other services are told about a batch. No contact data, no text of a message."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from servicekit.database import UnitOfWork
from servicekit.events import Event
from services.customers.history.domain.parts import (
    APPOINTMENT,
    CONTACT,
    CONVERSATION,
    PURCHASE,
    Parts,
    value,
)
from services.customers.history.senders import Senders
from services.customers.registry.announcements import Changed, customers_changed_v1, duplicate_detected_v1

MOST_CHANGES = 500
# Whoever looks at these has to look again when they change; a conversation goes on by its messages.
SHOWN_AS_THEY_ARE: Final = frozenset({APPOINTMENT, PURCHASE})

Item = tuple[str, str, str]  # root, team or nothing, kind


@dataclass(slots=True)
class News:
    """What a batch adds to histories: distinct items, and how many conversations and messages there are."""

    items: set[Item] = field(default_factory=set)
    conversations: int = 0
    messages: int = 0

    def add(self, root: UUID, kind: str, parts: Parts, *, is_news: bool, messages: int) -> None:
        customer, team = str(root), value(parts, "team") or ""
        if is_news and kind != CONTACT:
            self.items.add((customer, team, kind))
            self.conversations += kind == CONVERSATION
        if messages:
            self.items.add((customer, team, "message"))
            self.messages += messages


def announce(uow: UnitOfWork, found: Senders, news: News, changed: Sequence[Changed]) -> None:
    """In the transaction of the batch: customers that changed, interactions added, duplicates seen."""
    changes = _changes(found, changed)
    for start in range(0, len(changes), MOST_CHANGES):
        uow.outbox.add(customers_changed_v1(changes[start : start + MOST_CHANGES]))
    if news.items:
        uow.outbox.add(interactions_added_v1(news))
    for root, others in _conflicts(found).items():
        uow.outbox.add(
            duplicate_detected_v1(root, others, decision="undecided", matched_on=["contact_points"])
        )


def interactions_added_v1(news: News) -> Event:
    """Which customers have something new, of what kind and of which team."""
    items = sorted(news.items)
    return Event(
        type="interactions.added.v1",
        data={
            "customers": sorted({customer for customer, _, _ in items}),
            "conversations": news.conversations,
            "messages": news.messages,
            "items": [
                {"customer": customer, "team": team or None, "kind": kind} for customer, team, kind in items
            ],
        },
    )


def _changes(found: Senders, changed: Iterable[Changed]) -> list[Changed]:
    """One entry a customer: a new one is created, whatever else was learned about it in the same batch."""
    entries = {c: Changed(c, 1, 1, "created") for c in found.created}
    for outcome in found.outcomes.values():
        if outcome.added and outcome.root_id in found.locked:
            row = found.locked[outcome.root_id]
            entries[row.id] = Changed(
                row.id, row.version + 1, row.revision + 1, "updated", ["contact_points"]
            )
    for change in changed:
        entry = entries.get(change.id)
        kind = entry.kind if entry else change.kind
        fields = [] if kind == "created" else [*(entry.fields if entry else ()), *change.fields]
        entries[change.id] = Changed(change.id, change.version, change.revision, kind, fields)
    return sorted(entries.values(), key=lambda each: each.id)


def _conflicts(found: Senders) -> dict[UUID, set[UUID]]:
    conflicts: dict[UUID, set[UUID]] = {}
    for outcome in found.outcomes.values():
        if outcome.conflicts:
            conflicts.setdefault(outcome.root_id, set()).update(outcome.conflicts)
    return conflicts
