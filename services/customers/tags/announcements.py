"""What other services are told of tags."""

from __future__ import annotations

from servicekit.events.cloudevent import Event
from services.customers.tags.domain.tag import KeptTag


def tag_renamed_v1(before: KeptTag, after: KeptTag) -> Event:
    """Every customer that had the one tag has the other name, or, after a join, the other tag."""
    joined = None if before.id == after.id else str(after.id)
    return Event(
        type="tag.renamed.v1",
        data={"id": str(before.id), "previous_name": before.name, "name": after.name, "joined_to": joined},
        subject=str(before.id),
        revision=before.version + 1,
    )
