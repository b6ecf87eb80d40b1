"""The CPU of a piece of work, by process: unlike a rate it hardly depends on what else the machine does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from bench.children import cpu_seconds, descendants


class Meter:
    """Adds up what the named processes, and everything below them, use while it runs."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._pids = pids
        self._seconds: Counter[str] = Counter()

    @contextmanager
    def running(self) -> Iterator[None]:
        """The blocks that count."""
        before = self._read()
        yield
        self._seconds.update(self._read())
        self._seconds.subtract(before)

    def milliseconds(self, pieces: int) -> float:
        """All processes together, of one piece of work."""
        return sum(self._seconds.values()) / max(1, pieces) * 1000

    def told(self, pieces: int) -> str:
        """In words, the most expensive first."""
        each = {name: seconds / max(1, pieces) * 1000 for name, seconds in self._seconds.most_common()}
        parts = [f"{name} {milliseconds:.2f}" for name, milliseconds in each.items() if milliseconds >= 0.005]
        return f"CPU ms each: {self.milliseconds(pieces):.2f} = {' + '.join(parts)}"

    def _read(self) -> dict[str, float]:
        return {name: sum(map(cpu_seconds, descendants(pid))) for name, pid in self._pids.items()}
