"""What the tests of events have on their desk: a database, a vhost, a way to publish and to look."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import amqp
import psycopg
from kombu import Connection

from servicekit.events.cloudevent import CONTENT_TYPE, Event, completed, encode
from servicekit.events.topology import declare
from servicekit.testing.databases import plumbed_database
from servicekit.testing.infrastructure import fresh_vhost
from servicekit.tests.events.notebook import TABLES, TOPOLOGY

PATH = "servicekit.tests.events.notebook:NotebookService"


def a_note(words: str = "hello", **attributes: Any) -> Event:
    data = {"text": words, **attributes.pop("data", {})}
    if "do" in attributes:
        data["do"] = attributes.pop("do")
    event = Event(**{"type": "note.written.v1", "data": data, "exchange": "channel.events", **attributes})
    return completed(event, source="/tests")


@dataclass
class Desk:
    database_url: str
    amqp_url: str
    channel: Any
    connection: psycopg.Connection

    @property
    def environment(self) -> dict[str, str]:
        return {"DATABASE_URL": self.database_url, "AMQP_URL": self.amqp_url}

    def publish(self, *events: Event) -> None:
        """Each event as a well-behaved sender would send it, confirmed."""
        for event in events:
            self.publish_raw(encode(event), event.type, exchange=event.exchange, message_id=event.id)

    def publish_raw(
        self, body: bytes, routing_key: str, *, exchange: str = "channel.events", **properties: Any
    ) -> None:
        """Anything at all, confirmed."""
        message = amqp.Message(body, **{"content_type": CONTENT_TYPE, "delivery_mode": 2, **properties})
        self.channel.basic_publish_confirm(message, exchange, routing_key)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(statement.encode()).fetchall()

    def execute(self, statement: str) -> None:
        self.connection.execute(statement.encode())

    def clear(self) -> None:
        """As before the first test, but for what the running service remembers."""
        self.execute("TRUNCATE note, flag, inbox, outbox, parked_message")
        for queue in ("listener", "full"):
            self.channel.queue_delete(queue)

    def notes(self) -> list[str]:
        """The words of all notes, in the order in which they were written down."""
        return [words for (words,) in self.rows("SELECT words FROM note ORDER BY id")]

    def parked(self) -> dict[str, tuple[str, int]]:
        """Reason and attempts by what was parked."""
        rows = self.rows("SELECT message_key, reason, attempts FROM parked_message")
        return {key.split()[-1]: (reason, attempts) for key, reason, attempts in rows}

    def waiting(self, queue: str = "notebook.events") -> int:
        return int(self.channel.queue_declare(queue, passive=True).message_count)


@contextmanager
def a_desk() -> Iterator[Desk]:
    with plumbed_database(TABLES) as database_url, fresh_vhost() as amqp_url:
        declare(amqp_url, [TOPOLOGY])
        with Connection(amqp_url) as bus, psycopg.connect(database_url, autocommit=True) as connection:
            yield Desk(database_url, amqp_url, bus.channel(), connection)
