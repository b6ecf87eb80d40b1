"""Merges, and what they would do, as messages."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from servicekit.clock import to_rfc3339
from services.customers.merging.domain.choosing import Offer, name_of
from services.customers.merging.queries import Merge
from services.customers.merging.restoring import Lost


def merge_message(merge: Merge) -> dict[str, Any]:
    return {
        "id": str(merge.id),
        "primary": str(merge.primary_id),
        "duplicates": list(map(str, merge.absorbed)),
        "status": merge.state,
        "merged_by": None if merge.merged_by is None else str(merge.merged_by),
        "merged_at": to_rfc3339(merge.merged_at),
        "undo_until": to_rfc3339(merge.undo_until),
        "undone_by": None if merge.undone_by is None else str(merge.undone_by),
        "undone_at": None if merge.undone_at is None else to_rfc3339(merge.undone_at),
        "version": merge.version,
    }


def message_among(merge: Merge, seen: Collection[str]) -> dict[str, Any]:
    """The same for who sees only these of its customers: `primary` is null, and duplicates are left out."""
    message = merge_message(merge)
    primary = message["primary"] if message["primary"] in seen else None
    return {**message, "primary": primary, "duplicates": [d for d in message["duplicates"] if d in seen]}


def offer_message(offer: Offer) -> dict[str, Any]:
    """A field of a preview. `chosen_from` is null where nobody has a value."""
    source = offer.chosen.source
    value = source.shown.get(offer.field)
    return {
        "field": offer.field,
        "chosen_from": None if value is None else str(source.id),
        "value": value,
        "choices": [{"customer": str(c.id), "value": c.shown.get(offer.field)} for c in offer.choices],
        "conflict": offer.conflict,
    }


def kept_message(field: str) -> dict[str, Any]:
    """A field that does not go back, since somebody changed it."""
    return {"field": name_of(field), "reason": "changed_since"}


def lost_message(lost: Lost, holder: UUID | None, *, masked: bool) -> dict[str, Any]:
    """An address that `customer` does not get back. `held_by` is there for who may see that customer, and
    contact data.
    """
    reason = "held_by_survivor" if lost.by_survivor else "held_by_other"
    message = {"customer": str(lost.restored), "kind": lost.kind, "reason": reason}
    if masked:
        return message
    message["value"] = lost.value
    return message if holder is None else {**message, "held_by": str(holder)}
