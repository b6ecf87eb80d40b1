"""Very many events of very many people, made as they are sent, and what the histories must hold then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import orjson

SOURCE: Final = "/channels/whatsapp/flood"
EVENTS_EACH: Final = 10
_AT_ONCE: Final = 200  # people whose events come mixed
_BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)
_MESSAGES: Final = 6


@dataclass(frozen=True, slots=True)
class Ready:
    """A message for channel.events."""

    routing_key: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Flood:
    """`people` who write, meet and buy: ten events each, all of one team."""

    people: int
    team: str

    @property
    def events(self) -> int:
        return self.people * EVENTS_EACH

    def expected(self) -> dict[str, Any]:
        """What SQL has to count, by the names of `tests.support.ledger`."""
        amounts = sum((_amount(person) for person in range(self.people)), Decimal())
        return {
            "customers": self.people,
            "addresses": 2 * self.people,  # the number, and the e-mail by which they were identified later
            "conversation": self.people,
            "appointment": self.people,
            "purchase": self.people,
            "messages": _MESSAGES * self.people,
            "counted_messages": _MESSAGES * self.people,
            "counted_purchases": self.people,
            "amount": amounts,
            "closed": self.people,
        }

    def messages(self) -> Iterator[Ready]:
        """The same each time, in the order in which a busy channel would bring them."""
        for first in range(0, self.people, _AT_ONCE):
            group = range(first, min(first + _AT_ONCE, self.people))
            for step in range(EVENTS_EACH):
                for person in group:
                    yield self._event(person, step)

    def _event(self, person: int, step: int) -> Ready:
        kind, data = self._said(person, step)
        at = _BEGIN + timedelta(seconds=person, minutes=step)
        event = {
            "specversion": "1.0",
            "id": f"flood-{person}-{step}",
            "source": SOURCE,
            "type": kind,
            "time": at.isoformat(),
            "datacontenttype": "application/json",
            "data": {"contact": _contact(person, with_email=step >= 7), **data},
        }
        return Ready(kind, orjson.dumps(event))

    def _said(self, person: int, step: int) -> tuple[str, dict[str, Any]]:
        conversation = {"id": f"c{person}", "channel": "whatsapp", "team": self.team}
        if step < _MESSAGES:
            direction = "outbound" if step % 2 else "inbound"
            message = {"id": f"m{person}-{step}", "direction": direction, "preview": f"Message {step}"}
            name = "message" if step else "started"
            return f"conversation.{name}.v1", {"conversation": conversation, "message": message}
        if step == 6:
            starts = (_BEGIN + timedelta(days=30, seconds=person)).isoformat()
            about = {"id": f"a{person}", "starts_at": starts, "title": "Fitting", "team": self.team}
            return "appointment.scheduled.v1", {"appointment": about}
        if step == 7:
            return "contact.identified.v1", {"conversation": conversation}
        if step == 8:
            bought = {
                "id": f"p{person}",
                "amount": str(_amount(person)),
                "currency": "BRL",
                "team": self.team,
            }
            return "purchase.recorded.v1", {"purchase": bought}
        return "conversation.closed.v1", {"conversation": conversation}


def _contact(person: int, *, with_email: bool) -> dict[str, Any]:
    identities = [{"kind": "whatsapp", "value": f"55119{10000000 + person}"}]
    if with_email:
        identities.append({"kind": "email", "value": f"person{person}@flood.example"})
    return {"name": f"Person {person}", "identities": identities}


def _amount(person: int) -> Decimal:
    return Decimal(person % 9_973) + Decimal("0.01") * (person % 100)
