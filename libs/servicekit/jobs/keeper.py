"""Keeps the lease of the job under work: a thread with a connection of its own."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress
from typing import Any

import psycopg

from servicekit.database.engine import PoolSettings, connect_arguments
from servicekit.jobs.handler import Run
from servicekit.jobs.lease import Lease

log = logging.getLogger(__name__)

_PATIENCE = 0.5  # of a process that should have ended already
_TURNS = 4  # in the life of a lease: so many can fail before it is lost


class LeaseKeeper:
    """Renews what it is told to keep, and brings back whether somebody asked for the end."""

    def __init__(self, database_url: str, *, name: str, lease_seconds: float) -> None:
        self._url = database_url
        self._arguments = connect_arguments(PoolSettings(application_name=name))
        self._seconds = lease_seconds
        self._kept: tuple[Lease, Run] | None = None
        self._lock = threading.Lock()  # over the connection
        self._connection: psycopg.Connection[Any] | None = None

    def start(self) -> None:
        threading.Thread(target=self._run, name="lease", daemon=True).start()

    def keep(self, lease: Lease, run: Run) -> None:
        """From now on, until `let_go`."""
        self._kept = (lease, run)

    def let_go(self) -> None:
        self._kept = None

    def give_back(self) -> None:
        """For a process that ends in the middle of a step: what that does from now on is undone."""
        kept = self._kept
        if kept is None or not self._lock.acquire(timeout=_PATIENCE):
            return
        with suppress(psycopg.Error):
            kept[0].give_back(self._connected())

    def _run(self) -> None:
        while True:
            time.sleep(self._seconds / _TURNS)
            if (kept := self._kept) is not None:
                self._renew(*kept)

    def _renew(self, lease: Lease, run: Run) -> None:
        try:
            with self._lock:
                cancel = lease.renew(self._connected(), seconds=self._seconds)
        except psycopg.Error as error:
            log.warning("lease not renewed", extra={"reason": type(error).__name__, "job": str(lease.job_id)})
            return
        if cancel is None:
            run.lease_lost.set()
        elif cancel:
            run.cancel_requested.set()

    def _connected(self) -> psycopg.Connection[Any]:
        if self._connection is None or self._connection.closed or self._connection.broken:
            self._connection = psycopg.connect(self._url, autocommit=True, **self._arguments)
        return self._connection
