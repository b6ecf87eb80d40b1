"""The relay: takes committed messages out of the outbox to the broker, at least once, for ever.

It runs inside the service's process, woken by each commit that wrote to the outbox and once a
second besides. Any number of replicas may run: each locks the rows it sends.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from amqp.exceptions import ChannelError
from sqlalchemy import Row, text

from servicekit import bus
from servicekit.database.unit_of_work import Transactions, UnitOfWork
from servicekit.errors import Unavailable
from servicekit.events import metrics
from servicekit.events.outbox import ReadyMessage
from servicekit.events.publisher import Publisher

log = logging.getLogger(__name__)

BATCH: Final = 200
_AVOID_SECONDS: Final = 30.0
_REFUSED_SECONDS: Final = 1.0
_MEASURE_SECONDS: Final = 5.0
_SILENT_SECONDS: Final = 3.0  # so that readiness does not flap when the database restarts
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0
# Commits on each other's heels share a pass; the first after a quiet moment is sent at once. A pass for
# each creation took a quarter of the service's CPU.
_SPACING_SECONDS: Final = 0.02

OnReturned = Callable[[UnitOfWork, list[ReadyMessage]], None]

_TAKE: Final = text("""
    SELECT id, message_id, exchange, routing_key, content_type, headers, body, mandatory FROM outbox
    WHERE returned_at IS NULL AND exchange <> ALL(:avoided)
    ORDER BY id LIMIT :batch FOR UPDATE SKIP LOCKED
""").bindparams(batch=BATCH)
_DELETE: Final = text("DELETE FROM outbox WHERE id = ANY(:ids)")
_FLAG: Final = text("UPDATE outbox SET returned_at = now() WHERE id = ANY(:ids)")
_MEASURE: Final = text("""
    SELECT count(*), coalesce(extract(epoch FROM now() - min(created_at)), 0)
    FROM (SELECT created_at FROM outbox WHERE returned_at IS NULL ORDER BY id LIMIT 10000) AS waiting
""")


class Relay:
    """`run()` in a greenlet until `stop()`. No failure of database or broker ends it."""

    def __init__(
        self,
        db: Transactions,
        publisher: Publisher,
        *,
        poll_seconds: float,
        on_returned: OnReturned | None = None,
    ) -> None:
        """`db` should be the relay's own, so that busy callers never keep it from sending."""
        self._db = db
        self._publisher = publisher
        self._poll_seconds = poll_seconds
        self._on_returned = on_returned
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._avoided: dict[str, float] = {}
        self._measured_at = 0.0
        self._asked_at: float | None = float("-inf")  # the database, if it has not answered since

    @property
    def database_trouble(self) -> str | None:
        """Why the database cannot be used; None when all is well. The relay asks it anyway, busy or not."""
        silent = self._asked_at is not None and time.monotonic() - self._asked_at > _SILENT_SECONDS
        return "no answer" if silent else None

    def wake(self) -> None:
        """There is something new in the outbox."""
        self._woken.set()

    def stop(self) -> None:
        """`run` returns after one last pass."""
        self._stopping.set()
        self._woken.set()

    def run(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            last_pass, began = self._stopping.is_set(), time.monotonic()
            if self._pass():
                pause = _FIRST_PAUSE
                self._stopping.wait(max(0.0, began + _SPACING_SECONDS - time.monotonic()))
                self._woken.wait(0 if self._stopping.is_set() else self._poll_seconds)
                self._woken.clear()
            else:
                self._stopping.wait(pause)  # not woken: commits go on while the broker is down
                pause = min(_LONGEST_PAUSE, 2 * pause)
            if last_pass:
                break
        self._publisher.drop()
        self._db.close()

    def _pass(self) -> bool:
        """Sends all there is. False if something is down; what was not confirmed will be sent again."""
        try:
            while self._send_batch() == BATCH and not self._stopping.is_set():
                pass
            self._publisher.keep_alive()
            self._measure()
            return True
        except ChannelError as error:
            return self._failed(self._avoid(error))
        except Exception as error:  # the edge: the relay outlives whatever it meets
            if not isinstance(error, (Unavailable, *bus.ERRORS)):
                log.error("relay failed", exc_info=sys.exc_info())
            return self._failed(type(error).__name__)

    def _send_batch(self) -> int:
        if self._asked_at is None:
            self._asked_at = time.monotonic()
        with self._db.unit_of_work() as uow:
            rows = uow.connection.execute(_TAKE, {"avoided": self._exchanges_to_avoid()}).all()
            self._asked_at = None
            if rows:
                self._send(uow, rows)
        return len(rows)

    def _send(self, uow: UnitOfWork, rows: Sequence[Row[Any]]) -> None:
        messages = {row.id: _message(row) for row in rows}
        returned, refused = self._publisher.send(list(messages.values()))
        kept = self._hand_back(uow, returned) if returned else []
        kept_ids = [row_id for row_id, message in messages.items() if message in kept]
        if kept_ids:
            uow.connection.execute(_FLAG, {"ids": kept_ids})
        gone = [row_id for row_id, message in messages.items() if message not in (*kept, *refused)]
        uow.connection.execute(_DELETE, {"ids": gone})
        metrics.OUTBOX_SENT.inc(len(rows) - len(returned) - len(refused))
        for exchange in {message.exchange for message in refused}:
            self._put_off(exchange)

    def _put_off(self, exchange: str) -> None:
        """A queue behind it is full. The others get theirs meanwhile, and what they have not twice."""
        self._avoided[exchange] = time.monotonic() + _REFUSED_SECONDS
        metrics.OUTBOX_FAILURES.labels("refused").inc()
        log.warning("outbox waits", extra={"reason": "refused", "exchange": exchange})

    def _hand_back(self, uow: UnitOfWork, returned: list[ReadyMessage]) -> list[ReadyMessage]:
        """Tells the service what no queue wanted. Without a listener the rows stay, flagged."""
        metrics.OUTBOX_RETURNED.inc(len(returned))
        if self._on_returned is None:
            return returned
        try:
            with uow.connection.begin_nested():
                self._on_returned(uow, returned)
            return []
        except Exception:
            log.error("returned messages could not be handed back", exc_info=sys.exc_info())
            return returned

    def _exchanges_to_avoid(self) -> list[str]:
        now = time.monotonic()
        self._avoided = {name: until for name, until in self._avoided.items() if until > now}
        return list(self._avoided)

    def _avoid(self, error: ChannelError) -> str:
        """One exchange that is missing or forbidden must not hold up the others."""
        found = re.search(r"exchange '([^']+)'", str(error))
        if found:
            self._avoided[found[1]] = time.monotonic() + _AVOID_SECONDS
            log.error("exchange refused", extra={"exchange": found[1], "code": error.reply_code})
        return "exchange_refused"

    def _failed(self, reason: str) -> bool:
        metrics.OUTBOX_FAILURES.labels(reason).inc()
        log.warning("outbox waits", extra={"reason": reason})
        self._publisher.drop()
        return False

    def _measure(self) -> None:
        if time.monotonic() < self._measured_at + _MEASURE_SECONDS:
            return
        self._measured_at = time.monotonic()
        with self._db.reading() as connection:
            pending, lag = connection.execute(_MEASURE).one()
        metrics.OUTBOX_PENDING.set(pending)
        metrics.OUTBOX_LAG.set(float(lag))


def _message(row: Row[Any]) -> ReadyMessage:
    return ReadyMessage(
        exchange=row.exchange,
        routing_key=row.routing_key,
        body=bytes(row.body),
        message_id=row.message_id,
        content_type=row.content_type,
        headers=row.headers,
        mandatory=row.mandatory,
    )
