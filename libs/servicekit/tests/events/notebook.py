"""A small service for the tests: writes down every note it is told of, and does as the note says."""

from __future__ import annotations

import os
import signal
from typing import Any

from sqlalchemy import text

from servicekit.database import Database
from servicekit.errors import Unavailable
from servicekit.events import BadEvent, Event, EventQueue, ParkedMessages, Subscriber, Topology, subscribe
from servicekit.rpc import rpc

TOPOLOGY = Topology(
    service="notebook",
    publishes=("crm.events", "channel.requests"),
    queue=EventQueue(bindings=(("channel.events", "#"), ("crm.events", "flag.#"))),
)
TABLES = (
    "CREATE TABLE note (id bigserial, event_id text, type text, words text); CREATE TABLE flag (name text)"
)
NOTE = {
    "type": "object",
    "required": ["text"],
    "properties": {
        "text": {"type": "string"},
        "pages": {"type": "object", "additionalProperties": {"type": "integer"}},
    },
}


@subscribe("note.written.v1", "note.rewritten.v1", schema={"note.written.v1": NOTE})
class WriteDown:
    """`data.do` says what shall happen to the note."""

    def __init__(self, deps: Any) -> None:
        self.db = deps.db

    def fetch(self, events: list[Event]) -> dict[str, str]:
        if any(event.data.get("do") == "wait_for_flag" for event in events):
            with self.db.reading() as connection:
                if not self._flag_is_up(connection):
                    raise Unavailable("flag_down")
        return {event.id: event.data["text"] for event in events}

    def apply(self, uow: Any, events: list[Event], fetched: dict[str, str]) -> None:
        for event in events:
            self._do(uow, event, str(event.data.get("do")))
        rows = [{"e": event.id, "t": event.type, "w": fetched[event.id]} for event in events]
        uow.connection.execute(text("INSERT INTO note (event_id, type, words) VALUES (:e, :t, :w)"), rows)

    @staticmethod
    def _flag_is_up(connection: Any) -> bool:
        return connection.execute(text("SELECT 1 FROM flag WHERE name = 'up'")).first() is not None

    def _do(self, uow: Any, event: Event, what: str) -> None:
        if what == "fail":
            raise KeyError(event.data["text"])
        if what == "fail_without_flag" and not self._flag_is_up(uow.connection):
            raise LookupError("no flag")
        if what == "bad":
            raise BadEvent(event.id, "not_for_me", "/data/text: I do not like it")
        if what == "divide":
            uow.connection.execute(text("SELECT 1 / CAST(:zero AS integer)"), {"zero": 0})
        if what == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if what.startswith("sleep"):
            uow.connection.execute(text("SELECT pg_sleep(:s)"), {"s": float(what.split()[1])})


@subscribe("flag.raised.v1")
class RaiseFlag:
    def __init__(self, deps: Any) -> None:
        """Needs nothing."""

    def fetch(self, events: list[Event]) -> None:
        """Nothing to fetch."""

    def apply(self, uow: Any, events: list[Event], fetched: None) -> None:
        uow.connection.execute(text("INSERT INTO flag VALUES (:n)"), [{"n": e.data["name"]} for e in events])


class NotebookService(ParkedMessages):
    name = "notebook"
    db = Database()
    events = Subscriber(TOPOLOGY, [WriteDown, RaiseFlag])

    @rpc
    def publish(self, count: int, exchange: str = "crm.events", mandatory: bool = False) -> int:
        """Leaves `count` events in the outbox, in one unit of work."""
        with self.db.unit_of_work() as uow:
            for number in range(count):
                event = Event("flag.counted.v1", {"number": number}, exchange=exchange, mandatory=mandatory)
                uow.outbox.add(event)
        return count

    @rpc
    def sleep(self, seconds: float) -> bool:
        with self.db.reading() as connection:
            connection.execute(text("SELECT pg_sleep(:s)"), {"s": seconds})
        return True
