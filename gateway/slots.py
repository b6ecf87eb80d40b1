"""How many of one kind of request a process works on at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from servicekit.errors import Unavailable


class Slots:
    """Whoever finds none free is turned away: waiting would only hold a connection."""

    def __init__(self, limit: int, *, code: str) -> None:
        self._limit, self._code = limit, code
        self.taken = 0

    def admit(self) -> None:
        """Raises Unavailable when there are too many."""
        if self.taken >= self._limit:
            raise Unavailable(self._code, {"retry_after": 5})

    @contextmanager
    def one(self) -> Iterator[None]:
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1
