"""The outbox: messages are written in the transaction of the change they tell of, and sent by the relay."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, insert

from servicekit import context
from servicekit.database.tables import plumbing
from servicekit.errors import TooLarge
from servicekit.events.cloudevent import CONTENT_TYPE, MAX_BODY, Event, completed, encode

# Bytes: what AMQP has room for in a name or an id. A row with more could never be sent, nor those behind it.
_MAX_NAME: Final = 255


@dataclass(frozen=True, slots=True)
class ReadyMessage:
    """A body that somebody else wrote, to be passed on unchanged: bytes in, the same bytes out."""

    exchange: str
    routing_key: str
    body: bytes
    message_id: str
    content_type: str = CONTENT_TYPE
    headers: Mapping[str, Any] = field(default_factory=dict)
    mandatory: bool = False


class Outbox:
    """The messages of one unit of work."""

    def __init__(self, connection: Connection, *, source: str) -> None:
        self._connection = connection
        self._source = source
        self._rows: list[dict[str, Any]] = []
        self.written = 0

    def add(self, *messages: Event | ReadyMessage) -> None:
        """They will be sent if and only if the unit of work commits."""
        self._rows += outbox_rows(messages, source=self._source)

    def write(self) -> None:
        """Called by the unit of work, before its commit."""
        if self._rows:
            self._connection.execute(insert(plumbing.outbox), self._rows)
            self.written += len(self._rows)
            self._rows = []


def outbox_rows(messages: Iterable[Event | ReadyMessage], *, source: str) -> list[dict[str, Any]]:
    """Rows for `insert(plumbing.outbox)`, for who runs the transaction itself (an asyncio process)."""
    return [_row(message, source) for message in messages]


def _row(message: Event | ReadyMessage, source: str) -> dict[str, Any]:
    ready = message if isinstance(message, ReadyMessage) else _ready(completed(message, source=source))
    if len(ready.body) > MAX_BODY:
        raise TooLarge("event_too_large", {"limit": MAX_BODY})
    if not (_fits(ready.exchange) and _fits(ready.routing_key)):
        raise TooLarge("address_too_long", {"limit": _MAX_NAME})
    return {
        "message_id": ready.message_id if _fits(ready.message_id) else _digest(ready.message_id),
        "exchange": ready.exchange,
        "routing_key": ready.routing_key,
        "content_type": ready.content_type,
        "headers": {"request_id": context.current().request_id, **ready.headers},
        "body": ready.body,
        "mandatory": ready.mandatory,
    }


def _fits(name: str) -> bool:
    return len(name.encode()) <= _MAX_NAME


def _digest(message_id: str) -> str:
    """In the place of an id that is too long. For whoever looks at messages; the event keeps its own."""
    return hashlib.sha256(message_id.encode()).hexdigest()


def _ready(event: Event) -> ReadyMessage:
    return ReadyMessage(
        exchange=event.exchange,
        routing_key=event.routing_key or event.type,
        body=encode(event),
        message_id=event.id,
        mandatory=event.mandatory,
    )
