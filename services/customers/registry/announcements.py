"""What other services are told: which customers changed and how, never their contact data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from servicekit.events.cloudevent import Event


@dataclass(frozen=True, slots=True)
class Changed:
    """One customer as of one revision. `kind`: created, updated, deleted, restored or purged."""

    id: UUID
    version: int
    revision: int
    kind: str
    fields: Sequence[str] = ()


def customers_changed_v1(changes: Sequence[Changed]) -> Event:
    """One event for a transaction; each customer has the revision by which consumers put news in order."""
    customers = [
        {
            "id": str(c.id),
            "version": c.version,
            "revision": c.revision,
            "kind": c.kind,
            "fields": list(c.fields),
        }
        for c in changes
    ]
    single = changes[0] if len(changes) == 1 else None
    return Event(
        type="customers.changed.v1",
        data={"customers": customers},
        subject=str(single.id) if single else None,
        revision=single.revision if single else None,
    )


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
