"""What one event says, in the words of this service: read once, normalised, with credible times."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from identity import ContactPoint, InvalidContact, normalise
from services.customers.history.domain.clock import clock, credible
from services.customers.history.domain.conversation import Part
from services.customers.registry.domain.names import LONGEST as LONGEST_NAME
from services.customers.registry.domain.names import BadName, clean_name

LONGEST_PREVIEW = 1_000
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_CHANNEL_OF_SOURCE = re.compile(r"/channels/([a-z][a-z0-9_.-]{0,49})(?:/.*)?")


class NotAPerson(Exception):
    """A group, a broadcast or a newsletter: it makes no customer."""


@dataclass(frozen=True, slots=True)
class Address:
    point: ContactPoint
    scope: str


@dataclass(frozen=True, slots=True)
class Message:
    external_id: str
    at: datetime
    direction: str
    kind: str
    preview: str | None


@dataclass(frozen=True, slots=True)
class Heard:
    """`team` is as the event spells it. `unusable` counts identities that nobody could write to."""

    event: tuple[str, str]  # source and id
    conversation: tuple[str, str]  # source and the channel's id
    at: datetime
    channel: str
    parts: Mapping[str, Part]
    addresses: tuple[Address, ...]
    unusable: int
    team: str | None
    message: Message | None

    @property
    def clock(self) -> str:
        return clock(self.at, self.event[1])


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
    conversation, contact = data["conversation"], data.get("contact") or {}
    addresses, unusable = _addresses(contact.get("identities") or (), default_region)
    channel = conversation.get("channel") or _channel_of(event[0])
    message = _message(data.get("message"), event[1], said_at, received)
    return Heard(
        event=event,
        conversation=(event[0], conversation["id"]),
        at=said_at,
        channel=channel,
        parts=_parts(event_type, data, channel, message, clock(said_at, event[1]), received),
        addresses=addresses,
        unusable=unusable,
        team=(conversation.get("team") or "").strip() or None,
        message=message,
    )


def _parts(
    event_type: str,
    data: Mapping[str, Any],
    channel: str,
    message: Message | None,
    mark: str,
    received: datetime,
) -> dict[str, Part]:
    conversation, contact = data["conversation"], data.get("contact") or {}
    parts: dict[str, Part] = {"first": (mark, None), "channel": (mark, channel)}
    if event_type == "conversation.started.v1":
        parts["start"] = (_start(conversation.get("started_at"), mark, received), None)
        parts["status"] = (mark, "open")
    elif event_type == "conversation.closed.v1":
        parts["status"] = (mark, "closed")
    elif event_type == "conversation.assigned.v1":
        parts["assignee"] = (mark, (data["assignee"] or {}).get("id"))
    if name := _name(contact.get("name")):
        parts["name"] = (mark, name)
    if url := conversation.get("url"):
        parts["url"] = (mark, url)
    if request := data.get("request_id"):
        parts["request"] = (mark, request)
    if message:
        parts["last"] = (clock(message.at, message.external_id), message.preview)
    return parts


def _start(started_at: str | None, mark: str, received: datetime) -> str:
    if started_at is None:
        return mark
    return clock(credible(datetime.fromisoformat(started_at), received=received), mark.partition(" ")[2])


def _addresses(
    identities: tuple[Mapping[str, Any], ...], default_region: str
) -> tuple[tuple[Address, ...], int]:
    addresses: dict[tuple[str, str, str], Address] = {}
    unusable = 0
    for identity in identities:
        kind, scope = identity["kind"], identity.get("scope") or ""
        try:
            point = normalise(
                kind, identity["value"], scope=scope, default_region=default_region, lenient=True
            )
        except InvalidContact as error:
            if error.code == "not_a_person":
                raise NotAPerson from None
            unusable += 1
            continue
        addresses.setdefault((kind, point.identity.space, point.identity.value), Address(point, scope))
    return tuple(addresses.values()), unusable


def _message(
    data: Mapping[str, Any] | None, event_id: str, at: datetime, received: datetime
) -> Message | None:
    if not data:
        return None
    sent = data.get("at")
    return Message(
        external_id=data.get("id") or event_id,
        at=credible(datetime.fromisoformat(sent), received=received) if sent else at,
        direction=data["direction"],
        kind=data.get("kind") or "text",
        preview=_preview(data.get("preview")),
    )


def _preview(text: str | None) -> str | None:
    """The first 1,000 characters, without what a database or a page could choke on."""
    return _CONTROLS.sub("", text[: 2 * LONGEST_PREVIEW])[:LONGEST_PREVIEW] if text else None


# Each message of a conversation brings the same name again.
@lru_cache(maxsize=16_384)
def _name(raw: str | None) -> str | None:
    """A real name, or None: an address is nobody's name."""
    if not raw:
        return None
    try:
        return clean_name(" ".join(_CONTROLS.sub(" ", raw[: 4 * LONGEST_NAME]).split())[:LONGEST_NAME])
    except BadName:
        return None


def _channel_of(source: str) -> str:
    found = _CHANNEL_OF_SOURCE.fullmatch(source)
    return found[1] if found else "other"
