"""Reminders: one event for each due date, however many replicas run, also for what fell due without any."""

from __future__ import annotations

import logging
import random
import sys
import threading
from datetime import datetime
from typing import Any, Final

from nameko.extensions import DependencyProvider
from prometheus_client import Counter
from sqlalchemy import text

from servicekit.clock import utc_now
from servicekit.database import Transactions, UnitOfWork
from servicekit.errors import Unavailable
from services.tasks.work.announcements import task_due_v1
from services.tasks.work.repository import COLUMNS, to_task

log = logging.getLogger(__name__)

EVERY_SECONDS: Final = 1.0
BATCH: Final = 200
SENT = Counter("task_reminders_total", "Reminders of tasks that fell due")

# Rows that another replica is at are its own; what it does not finish is met again within a second.
_CLAIM = text(f"""
    UPDATE task t SET reminded_at = :now
    WHERE t.id = ANY(ARRAY(
        SELECT due.id FROM task due
        WHERE due.due_at <= :now AND due.status IN ('open', 'in_progress') AND due.reminded_at IS NULL
          AND due.deleted_at IS NULL
        ORDER BY due.due_at LIMIT :batch FOR NO KEY UPDATE SKIP LOCKED))
    RETURNING {COLUMNS}""")


def remind_due(db: Transactions, *, now: datetime) -> int:
    """Writes the reminders of all that is due. Returns how many this call wrote."""
    total = 0
    while True:
        with db.unit_of_work() as uow:
            count = remind_some(uow, now=now)
        total += count
        if count < BATCH:
            return total


def remind_some(uow: UnitOfWork, *, now: datetime) -> int:
    """Up to a batch: that it was reminded of, and the event, are one transaction."""
    rows = uow.connection.execute(_CLAIM, {"now": now, "batch": BATCH}).all()
    tasks = sorted(map(to_task, rows), key=lambda task: (task.due_at, task.id))
    uow.outbox.add(*map(task_due_v1, tasks))
    SENT.inc(len(tasks))
    return len(tasks)


class Reminders(DependencyProvider):
    """Looks once a second at the most, at moments of its own, from start to stop of the service."""

    def __init__(self, *, every: float = EVERY_SECONDS) -> None:
        self._every = every
        self._stopping = threading.Event()
        self._running: Any = None

    def start(self) -> None:
        [db] = [each for each in self.container.dependencies if isinstance(each, Transactions)]
        self._running = self.container.spawn_managed_thread(lambda: self._run(db), identifier="reminders")

    def stop(self) -> None:
        self._stopping.set()
        if self._running is not None:
            self._running.wait()

    def kill(self) -> None:
        self._stopping.set()

    def _run(self, db: Transactions) -> None:
        while not self._stopping.wait(self._every * random.uniform(0.5, 1.0)):
            _look(db)


def _look(db: Transactions) -> None:
    """What cannot be done now is done the next time."""
    try:
        remind_due(db, now=utc_now())
    except Unavailable:
        log.warning("reminders put off")
    except Exception:  # the edge: a timer that dies takes the service with it
        log.error("reminders failed", exc_info=sys.exc_info())
