"""What other services are told about a batch. No contact data, no text of a message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from servicekit.database import UnitOfWork
from servicekit.events import Event
from services.customers.history.repository import Activity
from services.customers.history.senders import Senders
from services.customers.registry.announcements import Changed, customers_changed_v1, duplicate_detected_v1

MOST_CHANGES = 500


def announce(
    uow: UnitOfWork, found: Senders, activities: Mapping[UUID, Activity], changed: Sequence[Changed]
) -> None:
    """In the transaction of the batch: customers that changed, interactions added, duplicates seen."""
    changes = _changes(found, changed)
    for start in range(0, len(changes), MOST_CHANGES):
        uow.outbox.add(customers_changed_v1(changes[start : start + MOST_CHANGES]))
    if any(each.conversations or each.messages for each in activities.values()):
        uow.outbox.add(interactions_added_v1(found, activities))
    for root, others in _conflicts(found).items():
        uow.outbox.add(
            duplicate_detected_v1(root, others, decision="undecided", matched_on=["contact_points"])
        )


def interactions_added_v1(found: Senders, activities: Mapping[UUID, Activity]) -> Event:
    """Which customers have new conversations or messages, and how many of each altogether."""
    roots = {outcome.customer_id: outcome.root_id for outcome in found.outcomes.values()}
    added = {c: each for c, each in activities.items() if each.conversations or each.messages}
    return Event(
        type="interactions.added.v1",
        data={
            "customers": sorted({str(roots[customer_id]) for customer_id in added}),
            "conversations": sum(each.conversations for each in added.values()),
            "messages": sum(each.messages for each in added.values()),
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
