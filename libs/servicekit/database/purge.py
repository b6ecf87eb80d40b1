"""What plumbing keeps only for a while, and the timer that takes it away."""

from __future__ import annotations

import logging
import random
import sys
import threading
from typing import Any, Final

from sqlalchemy import TextClause, text

from servicekit.database.unit_of_work import Transactions
from servicekit.errors import Unavailable

log = logging.getLogger(__name__)

EVERY_SECONDS: Final = 600.0
_CHUNK: Final = 5_000
_LIFETIMES: Final = {
    ("idempotency", "created_at"): "24 hours",
    ("inbox", "received_at"): "30 days",
    ("parked_message", "last_seen"): "30 days",
    ("outbox", "returned_at"): "30 days",
}


def purge_expired(db: Transactions) -> dict[str, int]:
    """Deletes what is past its lifetime; returns how many rows of each table. Replicas share the work."""
    return {table: _purge(db, table, column, age) for (table, column), age in _LIFETIMES.items()}


def delete_in_chunks(db: Transactions, statement: TextClause, *, chunk: int, **parameters: Any) -> int:
    """Executes a DELETE of at most `:chunk` rows, each time in a transaction, until it finds fewer.

    Returns how many rows are gone. Replicas share the work if it skips locked rows.
    """
    total = 0
    while True:
        with db.unit_of_work() as uow:
            deleted = uow.connection.execute(statement, {**parameters, "chunk": chunk}).rowcount
        total += deleted
        if deleted < chunk:
            return total


def _purge(db: Transactions, table: str, column: str, age: str) -> int:
    statement = text(
        f"DELETE FROM {table} WHERE ctid = ANY(ARRAY("
        f"SELECT ctid FROM {table} WHERE {column} < now() - CAST(:age AS interval)"
        " LIMIT :chunk FOR UPDATE SKIP LOCKED))"
    )
    return delete_in_chunks(db, statement, chunk=_CHUNK, age=age)


class PurgeTimer:
    """`run()` in a greenlet until `stop()`; fires in every replica, at moments of its own."""

    def __init__(self, db: Transactions, *, every: float = EVERY_SECONDS) -> None:
        self._db = db
        self._every = every
        self._stopping = threading.Event()

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        while not self._stopping.wait(self._every * random.uniform(0.5, 1.5)):
            try:
                purge_expired(self._db)
            except Unavailable:
                log.warning("purge put off")
            except Exception:  # the edge: a timer that dies takes the service with it
                log.error("purge failed", exc_info=sys.exc_info())
