"""A batch worker on its own, without a broker, and what its handler may be made to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import text

from servicekit.database import Transactions
from servicekit.events import Event, subscribe
from servicekit.events.batch import BatchWorker
from servicekit.events.cloudevent import CONTENT_TYPE, encode
from servicekit.events.delivery import Delivery
from servicekit.events.handlers import routes_of
from servicekit.tests.events.desk import a_note

Act = Callable[[Any, list[Event]], None]


class Bench:
    """A batch worker with one handler: it notes each event as done, after `act` had its say."""

    def __init__(self, db: Transactions, act: Act, *, stop_after: int = 10_000) -> None:
        self.db, self.act = db, act
        self.batches: list[list[str]] = []
        self.acknowledged: list[str] = []
        self.pauses_left = stop_after

        @subscribe("note.written.v1")
        class Handler:
            def fetch(handler, events: list[Event]) -> str:
                return "fetched"

            def apply(handler, uow: Any, events: list[Event], fetched: str) -> None:
                assert fetched == "fetched"
                self.batches.append([event.id for event in events])
                self.act(uow, events)
                rows = [{"id": event.id} for event in events]
                uow.connection.execute(text("INSERT INTO done (id) VALUES (:id)"), rows)

        self.worker = BatchWorker(db, routes_of([Handler()]), pause=self._pause)

    def _pause(self, seconds: float) -> bool:
        self.pauses_left -= 1
        return self.pauses_left < 0

    def work_off(self, *ids: str) -> None:
        self.worker.work_off([delivery(note_id) for note_id in ids], self._acknowledge)

    def _acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        self.acknowledged += [str(delivery.message_id) for delivery in deliveries]

    def done(self) -> list[str]:
        with self.db.reading() as connection:
            return [row.id for row in connection.execute(text("SELECT id FROM done ORDER BY n"))]

    def parked(self) -> dict[str, tuple[str, int]]:
        with self.db.reading() as connection:
            rows = connection.execute(text("SELECT message_key, reason, attempts FROM parked_message"))
            return {row.message_key.split()[-1]: (row.reason, row.attempts) for row in rows}


def delivery(note_id: str) -> Delivery:
    return Delivery(
        encode(a_note(id=note_id)), "channel.events", "note.written.v1", CONTENT_TYPE, message_id=note_id
    )


def nothing(uow: Any, events: list[Event]) -> None:
    """Everything is fine."""


def fails_on(*bad: str, error: Exception) -> Act:
    def act(uow: Any, events: list[Event]) -> None:
        if any(event.id in bad for event in events):
            raise error

    return act


def times(count: int, error: Exception) -> Act:
    """Fails the first `count` times."""
    left = [error] * count

    def act(uow: Any, events: list[Event]) -> None:
        if left:
            raise left.pop()

    return act
