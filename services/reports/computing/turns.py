"""Of one form only what was asked last is answered, however long each question takes on its way."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from servicekit.errors import Conflict


class Turn:
    """A question, from when it arrived."""

    def __init__(self) -> None:
        self._is_over = threading.Event()

    def end(self) -> None:
        """Somebody has asked again."""
        self._is_over.set()

    def go_on(self) -> None:
        """Raises Conflict `superseded` when somebody has."""
        if self._is_over.is_set():
            raise Conflict("superseded")


class Turns:
    """The last turn of each key."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._last: dict[str, Turn] = {}

    @contextmanager
    def begin(self, key: str | None) -> Iterator[Turn]:
        """Those that began before with the same `key` are over; without one it is nobody else's affair."""
        turn = Turn()
        if key is None:
            yield turn
            return
        with self._mutex:
            former, self._last[key] = self._last.get(key), turn
        if former is not None:
            former.end()
        try:
            yield turn
        finally:
            with self._mutex:
                if self._last.get(key) is turn:
                    del self._last[key]
