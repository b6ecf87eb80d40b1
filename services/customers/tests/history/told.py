"""Events as connectors send them, and their way into the database without a broker."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

from servicekit.database import Transactions
from servicekit.events.batch import BatchWorker
from servicekit.events.cloudevent import CONTENT_TYPE, Event, encode
from servicekit.events.delivery import Delivery
from servicekit.events.handlers import routes_of
from services.customers.history.subscribers import RecordHistory

SOURCE = "/channels/whatsapp/acme-main"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANA = {"kind": "whatsapp", "value": "5511987654321@s.whatsapp.net"}
_numbers = count(1)


def minutes(number: float) -> datetime:
    """That many minutes after noon."""
    return NOON + timedelta(minutes=number)


def an_event(
    what: str,
    conversation: str = "wa-1",
    *,
    at: datetime = NOON,
    source: str = SOURCE,
    event_id: str | None = None,
    contact: dict[str, Any] | None = None,
    identities: Sequence[dict[str, Any]] = (ANA,),
    name: str | None = None,
    channel: str | None = "whatsapp",
    **more: Any,
) -> Event:
    """`what`: started, message, assigned, closed. More data: message, assignee, team, url, started_at …"""
    inside = {k: more.pop(k) for k in ("team", "url", "started_at") if k in more}
    contact = contact if contact is not None else {"name": name, "identities": list(identities)}
    data = {"conversation": {"id": conversation, **inside}, "contact": contact, **more}
    if channel:
        data["conversation"]["channel"] = channel
    return Event(
        type=f"conversation.{what}.v1",
        data=data,
        id=event_id or f"event-{next(_numbers)}",
        source=source,
        time=at,
        exchange="channel.events",
    )


def a_message(
    preview: str = "Oi!", *, external_id: str | None = None, direction: str = "inbound", **more: Any
) -> Event:
    message = {"id": external_id, "direction": direction, "kind": "text", "preview": preview}
    return an_event("message", message=message, **more)


def an_appointment(what: str, appointment: str = "a-1", **more: Any) -> Event:
    """`what`: scheduled, changed, cancelled. Of the appointment: starts_at, ends_at, title, team …"""
    return _about("appointment", what, appointment, ("starts_at", "ends_at", "location", "status"), more)


def a_purchase(what: str, purchase: str = "p-1", **more: Any) -> Event:
    """`what`: recorded, changed, cancelled. Of the purchase: bought_at, amount, currency, title, team …"""
    if "bought_at" in more:
        more["inside"] = {"at": more.pop("bought_at")}
    return _about("purchase", what, purchase, ("amount", "currency", "status"), more)


def an_identification(
    *,
    at: datetime = NOON,
    source: str = SOURCE,
    event_id: str | None = None,
    identities: Sequence[dict[str, Any]] = (ANA,),
    name: str | None = None,
    **more: Any,
) -> Event:
    """More data: customer, conversation."""
    return Event(
        type="contact.identified.v1",
        data={"contact": {"name": name, "identities": list(identities)}, **more},
        id=event_id or f"event-{next(_numbers)}",
        source=source,
        time=at,
        exchange="channel.events",
    )


def _about(subject: str, what: str, external_id: str, own: Sequence[str], more: dict[str, Any]) -> Event:
    about = {"id": external_id, **more.pop("inside", {})}
    about |= {k: more.pop(k) for k in (*own, "title", "url", "team", "channel") if k in more}
    customer = {"customer": {"id": more.pop("customer")}} if "customer" in more else {}
    event = an_identification(**more)
    return replace(event, type=f"{subject}.{what}.v1", data={subject: about, **event.data, **customer})


class SilentGateway:
    """A gateway that answers with the directory it was given, and counts how often it was asked."""

    def __init__(self, directory: dict[str, Any] | None = None) -> None:
        self.directory = directory or {"revision": 0, "teams": [], "users": []}
        self.asked = 0

    def call(self, method: str, *, deadline: float) -> dict[str, Any]:
        assert method == "directory"
        self.asked += 1
        return self.directory


def a_recorder(database: Transactions, gateway: Any = None) -> RecordHistory:
    gateway = gateway or SilentGateway()
    return RecordHistory(SimpleNamespace(db=database, rpc=lambda service: gateway))


class Connector:
    """Sends batches through everything but the broker: schema, inbox, handler, parking."""

    def __init__(self, database: Transactions, gateway: Any = None) -> None:
        routes = routes_of([a_recorder(database, gateway)])
        self._worker = BatchWorker(database, routes, pause=lambda seconds: False)

    def send(self, *events: Event) -> None:
        """As one batch."""
        self._worker.work_off([_delivery(event) for event in events], lambda done: None)

    def send_in(self, batches: Iterable[Sequence[Event]]) -> None:
        for batch in batches:
            self.send(*batch)


def _delivery(event: Event) -> Delivery:
    return Delivery(encode(event), "channel.events", event.type, content_type=CONTENT_TYPE)
