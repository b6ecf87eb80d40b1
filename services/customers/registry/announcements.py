"""What other services are told: which customers changed and how, never their contact data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from servicekit.events.cloudevent import Event


@dataclass(frozen=True, slots=True)
class Changed:
    """One customer as of one revision. `kind`: created, updated, deleted, restored or purged.

    Of the last three `members` are all records that it is made of: whoever keeps something by the id of one
    need not know of merges.
    """

    id: UUID
    version: int
    revision: int
    kind: str
    fields: Sequence[str] = ()
    members: Sequence[UUID] = ()


def customers_changed_v1(changes: Sequence[Changed]) -> Event:
    """One event for a transaction; each customer has the revision by which consumers put news in order."""
    customers = [_entry(change) for change in changes]
    single = changes[0] if len(changes) == 1 else None
    return Event(
        type="customers.changed.v1",
        data={"customers": customers},
        subject=str(single.id) if single else None,
        revision=single.revision if single else None,
    )


def _entry(change: Changed) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "id": str(change.id),
        "version": change.version,
        "revision": change.revision,
        "kind": change.kind,
        "fields": list(change.fields),
    }
    return {**entry, "members": list(map(str, change.members))} if change.members else entry


def duplicate_detected_v1(
    customer_id: UUID, others: Iterable[UUID], *, decision: str, matched_on: Iterable[str]
) -> Event:
    """These share an identity. `decision`: undecided, or allowed by an administrator for good."""
    pairs = [[str(customer_id), str(other)] for other in others]
    return Event(
        type="duplicate.detected.v1",
        data={"pairs": pairs, "reason": "shared_identity", "fields": list(matched_on), "decision": decision},
        subject=str(customer_id),
    )
