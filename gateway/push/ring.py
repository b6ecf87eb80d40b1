"""The latest news, in the order in which they came: bounded in number and in time. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gateway.push.news import News

MOST: Final = 20_000
SECONDS: Final = 300.0

Numbered = tuple[int, News]


class Ring:
    """Numbers news from 1. A place is the number of the last one that somebody has heard of.

    It holds what happened, whoever may know of it: who reads it is decided when it is told.
    """

    def __init__(self, *, most: int = MOST, seconds: float = SECONDS) -> None:
        self._most, self._seconds = most, seconds
        self._held: list[Numbered] = []
        self._came: list[float] = []
        self._gone = 0  # at the beginning of the two lists: forgotten, and cut off once they are many
        self.head = 0
        self.floor = 0

    def add(self, news: Iterable[News], *, at: float) -> None:
        for each in news:
            self.head += 1
            self._held.append((self.head, each))
            self._came.append(at)
        self._forget(len(self._held) - self._gone - self._most)

    def forget_old(self, *, now: float) -> None:
        old = self._gone
        while old < len(self._came) and self._came[old] < now - self._seconds:
            old += 1
        self._forget(old - self._gone)

    def gap(self) -> None:
        """Something may have happened that nobody told us: everybody has missed it."""
        self.head += 1
        self.floor = self.head
        self._held, self._came, self._gone = [], [], 0

    def knows(self, place: int) -> bool:
        """Whether all that came after `place` is still here."""
        return self.floor <= place <= self.head

    def after(self, place: int, most: int | None = None) -> list[Numbered]:
        """What came after a place that it knows; the first `most` of it."""
        start = self._gone + place - self.floor
        return self._held[start : None if most is None else start + most]

    def _forget(self, count: int) -> None:
        if count <= 0:
            return
        self._gone += count
        self.floor += count
        if self._gone > self._most // 8:
            del self._held[: self._gone], self._came[: self._gone]
            self._gone = 0
