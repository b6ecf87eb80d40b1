"""What each kind of event says, besides who the person is: of a conversation, an appointment, a purchase."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from servicekit.clock import parse_rfc3339, to_rfc3339
from services.customers.history.domain.clock import clock, credible
from services.customers.history.domain.parts import (
    APPOINTMENT,
    CANCELLED,
    CONTACT,
    CONVERSATION,
    PURCHASE,
    UNTIL_TOLD,
    Part,
)
from services.customers.history.domain.wording import passage, single_line

LONGEST_PREVIEW: Final = 1_000
LONGEST_TEXT: Final = 200
_CHANNEL_OF_SOURCE = re.compile(r"/channels/([a-z][a-z0-9_.-]{0,49})(?:/.*)?")
_SMALLEST: Final = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Envelope:
    """Of the event: who says it, when it was said (credible) and received, and the clock of both."""

    source: str
    id: str
    at: datetime
    received: datetime
    mark: str


@dataclass(frozen=True, slots=True)
class Message:
    external_id: str
    at: datetime
    direction: str
    kind: str
    preview: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """`interaction_at` is the time of a start, a message or a purchase, if this tells of one."""

    kind: str
    external_id: str
    channel: str | None
    team: str | None
    parts: Mapping[str, Part] = field(default_factory=dict)
    message: Message | None = None
    interaction_at: datetime | None = None


def conversation(verb: str, data: Mapping[str, Any], told: Envelope) -> Said:
    about, message = data["conversation"], _message(data.get("message"), told)
    parts: dict[str, Part] = {}
    moments = [message.at] if message else []
    if verb == "started":
        began = _moment(about.get("started_at"), told) or told.at
        parts["start"] = (clock(began, told.id), None)
        parts["status"] = (told.mark, "open")
        moments.append(began)
    elif verb == "closed":
        parts["status"] = (told.mark, "closed")
    elif verb == "assigned":
        parts["assignee"] = (told.mark, (data["assignee"] or {}).get("id"))
    if url := about.get("url"):
        parts["url"] = (told.mark, url)
    if request := data.get("request_id"):
        parts["request"] = (told.mark, request)
    if message:
        parts["last"] = (clock(message.at, message.external_id), message.preview)
    return Said(
        CONVERSATION,
        about["id"],
        about.get("channel"),
        about.get("team"),
        parts,
        message,
        max(moments, default=None),
    )


def appointment(verb: str, data: Mapping[str, Any], told: Envelope) -> Said:
    """It may be as far ahead as it likes, and is no interaction: nobody has spoken yet."""
    about = data["appointment"]
    parts = _described(about, told, "title", "location")
    for name, said in (("at", about.get("starts_at")), ("ends_at", about.get("ends_at"))):
        if said is not None:
            parts[name] = (told.mark, to_rfc3339(parse_rfc3339(said)))
    status = _status(APPOINTMENT, verb, about)
    if status is not None:
        parts["status"] = (told.mark, status)
    return Said(APPOINTMENT, about["id"], about.get("channel"), about.get("team"), parts)


def purchase(verb: str, data: Mapping[str, Any], told: Envelope) -> Said:
    about = data["purchase"]
    parts = _described(about, told, "title")
    bought_at = _moment(about.get("at"), told) or (told.at if verb == "recorded" else None)
    if bought_at is not None:
        parts["at"] = (told.mark, to_rfc3339(bought_at))
    if about.get("amount") is not None:
        parts["amount"] = (told.mark, read_amount(about["amount"]))
    if currency := about.get("currency"):
        parts["currency"] = (told.mark, currency.upper())
    status = _status(PURCHASE, verb, about)
    if status is not None:
        parts["status"] = (told.mark, status)
    # To cancel a purchase is not to buy something.
    interaction_at = None if verb == CANCELLED else bought_at
    return Said(
        PURCHASE, about["id"], about.get("channel"), about.get("team"), parts, interaction_at=interaction_at
    )


def contact(verb: str, data: Mapping[str, Any], told: Envelope) -> Said:
    """Who somebody in a conversation is belongs to that conversation; else it stands for itself."""
    if in_conversation := data.get("conversation"):
        channel, team = in_conversation.get("channel"), in_conversation.get("team")
        return Said(CONVERSATION, in_conversation["id"], channel, team)
    return Said(CONTACT, told.id, None, None)


SAYINGS: Final[Mapping[str, Callable[[str, Mapping[str, Any], Envelope], Said]]] = {
    "conversation": conversation,
    "appointment": appointment,
    "purchase": purchase,
    "contact": contact,
}


def read_amount(said: str | int | float) -> str:
    """As it was written, without zeros in front; a number without what binary fractions added to it."""
    number = Decimal(said) if isinstance(said, str) else Decimal(repr(said))
    if number.as_tuple().exponent < _SMALLEST.as_tuple().exponent:  # type: ignore[operator]
        number = number.quantize(_SMALLEST).normalize()
    return format(number + 0, "f")


@lru_cache(maxsize=1_024)
def source_channel(source: str) -> str:
    """Of an event that names no channel."""
    found = _CHANNEL_OF_SOURCE.fullmatch(source)
    return found[1] if found else "other"


def _described(about: Mapping[str, Any], told: Envelope, *texts: str) -> dict[str, Part]:
    """Absent and null say nothing; an empty text takes away what was there."""
    parts: dict[str, Part] = {}
    for name in texts:
        if (said := about.get(name)) is not None:
            parts[name] = (told.mark, single_line(said, LONGEST_TEXT) or None)
    if (url := about.get("url")) is not None:
        parts["url"] = (told.mark, url or None)
    return parts


def _status(kind: str, verb: str, about: Mapping[str, Any]) -> str | None:
    """None if this event leaves it as it is."""
    if verb == CANCELLED:
        return CANCELLED
    if verb == "changed":
        return about.get("status")
    return UNTIL_TOLD[kind]


def _message(data: Mapping[str, Any] | None, told: Envelope) -> Message | None:
    if not data:
        return None
    return Message(
        external_id=data.get("id") or told.id,
        at=_moment(data.get("at"), told) or told.at,
        direction=data["direction"],
        kind=data.get("kind") or "text",
        preview=passage(data.get("preview"), LONGEST_PREVIEW),
    )


def _moment(said: str | None, told: Envelope) -> datetime | None:
    return credible(datetime.fromisoformat(said), received=told.received) if said else None
