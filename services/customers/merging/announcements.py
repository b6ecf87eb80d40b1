"""What other services are told: which customers became one, and which became several again."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from servicekit.events.cloudevent import Event


def customer_merged_v1(
    survivor: UUID, *, revision: int, merge: UUID, absorbed: Iterable[UUID], members: Iterable[UUID]
) -> Event:
    """`members` are all records that the survivor is made of now, its own among them."""
    return Event(
        type="customer.merged.v1",
        data={"merge": str(merge), "absorbed": list(map(str, absorbed)), "members": list(map(str, members))},
        subject=str(survivor),
        revision=revision,
    )


def customer_unmerged_v1(
    survivor: UUID, *, revision: int, merge: UUID, restored: Iterable[UUID], members: Iterable[UUID]
) -> Event:
    """`members` are all records that are left with the survivor; the restored ones stand alone again."""
    return Event(
        type="customer.unmerged.v1",
        data={"merge": str(merge), "restored": list(map(str, restored)), "members": list(map(str, members))},
        subject=str(survivor),
        revision=revision,
    )
