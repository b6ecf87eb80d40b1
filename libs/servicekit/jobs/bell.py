"""Wakes a worker as soon as a job is queued: LISTEN on a connection of its own."""

from __future__ import annotations

import logging
import select
import socket
from typing import Any, Final

import psycopg

from servicekit.database.engine import PoolSettings, connect_arguments
from servicekit.jobs.rows import CHANNEL

log = logging.getLogger(__name__)

_LISTEN: Final = f"LISTEN {CHANNEL}"


class Bell:
    """`wait` returns when it rang, or when its time is over. Without a database it is only a clock."""

    def __init__(self, database_url: str, *, name: str) -> None:
        self._url = database_url
        self._arguments = connect_arguments(PoolSettings(application_name=name))
        self._connection: psycopg.Connection[Any] | None = None
        self._near, self._far = socket.socketpair()
        self._far.setblocking(False)

    def listen(self) -> None:
        """From here on nothing is missed: look for work once more after this, then wait."""
        if self._connection is not None:
            return
        try:
            self._connection = psycopg.connect(self._url, autocommit=True, **self._arguments)
            self._connection.execute(_LISTEN)
        except psycopg.Error as error:
            self._lost(error)

    def wait(self, seconds: float) -> None:
        """Until a job was queued, `ring` was called, or `seconds` have passed."""
        listened: list[Any] = [self._near]
        if self._connection is not None:
            listened.append(self._connection)
        ready, _, _ = select.select(listened, [], [], seconds)
        if self._connection is not None and self._connection in ready:
            self._read(self._connection)

    def ring(self) -> None:
        """Ends every wait from now on, at once. For signal handlers."""
        self._far.send(b"!")

    def _read(self, connection: psycopg.Connection[Any]) -> None:
        try:
            connection.pgconn.consume_input()
            while connection.pgconn.notifies() is not None:
                pass
        except psycopg.Error as error:
            self._lost(error)

    def _lost(self, error: Exception) -> None:
        log.warning("not listening", extra={"reason": type(error).__name__})
        if self._connection is not None:
            self._connection.close()
        self._connection = None
