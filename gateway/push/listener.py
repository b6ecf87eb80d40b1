"""One open stream, as those see it who have something to tell it."""

from __future__ import annotations

import asyncio


class Listener:
    """Remembers how far it has come instead of what it was not told yet.

    Nothing is made for it before all else was sent: a slow reader falls behind and costs no memory, and what
    it gets once it reads on is what it may see then.
    """

    __slots__ = (
        "_end",
        "_part",
        "_reading",
        "_stirred",
        "digest",
        "missed",
        "place",
        "types",
        "waiting_since",
    )

    def __init__(self, digest: bytes, types: frozenset[str], place: int | None, *, head: int) -> None:
        """`place` is where it goes on, None if that is nowhere that is known."""
        self.digest, self.types = digest, types
        self.place = head if place is None else place
        self.missed = place is None
        self.waiting_since: float | None = None
        self._part = b""
        self._end: Exception | None = None
        self._reading = False
        self._stirred = asyncio.Event()

    @property
    def idle(self) -> bool:
        """Whether what it is handed now goes out at once."""
        return self._reading and self.settled

    @property
    def settled(self) -> bool:
        """Whether nothing is on its way to it."""
        return not self._part and self._end is None

    def hand(self, part: bytes, place: int) -> None:
        """It has come to `place`, with `part` to be sent on the way; there may be nothing to send."""
        self.place, self.missed, self.waiting_since = place, False, None
        if part:
            self._part = part
            self._stirred.set()

    def end(self, error: Exception) -> None:
        self._end = error
        self._stirred.set()

    async def part(self) -> bytes:
        """The next part; raises what it was ended with."""
        self._reading = True
        try:
            await self._stirred.wait()
        finally:
            self._reading = False
        self._stirred.clear()
        if self._end is not None:
            raise self._end
        part, self._part = self._part, b""
        return part
