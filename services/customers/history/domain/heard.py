"""What one event says, in the words of this service: read once, normalised, with credible times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.customers.history.domain.clock import clock, credible
from services.customers.history.domain.contact import Address, read_addresses, read_name
from services.customers.history.domain.parts import Part
from services.customers.history.domain.saying import SAYINGS, Envelope, Message, source_channel

Key = tuple[str, str, str]  # source, the source's id of it, kind


@dataclass(frozen=True, slots=True)
class Heard:
    """`team` is as the event spells it, `customer` as well. `unusable` counts addresses that are none.

    `interaction_at` is the time of a start, a message or a purchase, if the event tells of one.
    """

    event: tuple[str, str]  # source and id
    about: Key
    at: datetime
    channel: str
    parts: Mapping[str, Part]
    addresses: tuple[Address, ...]
    unusable: int
    team: str | None
    customer: str | None
    message: Message | None
    interaction_at: datetime | None

    @property
    def clock(self) -> str:
        return clock(self.at, self.event[1])

    @property
    def names_somebody(self) -> bool:
        return bool(self.addresses) or self.customer is not None


def read(
    event_type: str,
    data: Mapping[str, Any],
    *,
    event: tuple[str, str],
    at: datetime | None,
    received: datetime,
    default_region: str,
) -> Heard:
    """From an event whose data fits its schema. Raises NotAPerson, and ValueError for a time that is none."""
    said_at = credible(at, received=received)
    subject, verb, _ = event_type.split(".")
    contact = data.get("contact") or {}
    addresses, unusable = read_addresses(contact.get("identities") or (), default_region)
    mark = clock(said_at, event[1])
    said = SAYINGS[subject](verb, data, Envelope(*event, at=said_at, received=received, mark=mark))
    channel = said.channel or source_channel(event[0])
    parts: dict[str, Part] = {"first": (mark, None), "channel": (mark, channel), **said.parts}
    if name := read_name(contact.get("name")):
        parts["name"] = (mark, name)
    return Heard(
        event=event,
        about=(event[0], said.external_id, said.kind),
        at=said_at,
        channel=channel,
        parts=parts,
        addresses=addresses,
        unusable=unusable,
        team=(said.team or "").strip() or None,
        customer=(data.get("customer") or {}).get("id"),
        message=said.message,
        interaction_at=said.interaction_at,
    )
