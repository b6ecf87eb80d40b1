"""The most memory that processes and what they start have while something is done."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench.children import descendants, peak_mb

_EVERY = 0.05


@dataclass
class Peaks:
    """Megabytes: of the named processes themselves, and of the largest that each of them started."""

    own: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    children: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    @property
    def most(self) -> float:
        """Of any one process."""
        return max((*self.own.values(), *self.children.values()), default=0.0)

    def told(self) -> str:
        parts = [f"{name} {megabytes:.0f}" for name, megabytes in self.own.items()]
        parts += [f"{name}'s child {megabytes:.0f}" for name, megabytes in self.children.items()]
        return f"peak MB: {', '.join(parts)}"


@contextmanager
def watched(pids: Mapping[str, int]) -> Iterator[Peaks]:
    """Complete when the block ends. Children are seen if they live for a twentieth of a second."""
    peaks, over = Peaks(), threading.Event()
    for pid in pids.values():
        Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak begins anew

    def watch() -> None:
        while not over.wait(_EVERY):
            _look(pids, peaks)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peaks
    finally:
        over.set()
        thread.join()
        _look(pids, peaks)


def _look(pids: Mapping[str, int], peaks: Peaks) -> None:
    for name, pid in pids.items():
        for process in descendants(pid):
            of = peaks.own if process == pid else peaks.children
            with suppress(OSError, ValueError):  # it has ended meanwhile
                of[name] = max(of[name], peak_mb(process))
