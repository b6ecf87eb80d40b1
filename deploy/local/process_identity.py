"""Processes named so that a number used again for another process is never mistaken for it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ProcessIdentity:
    """A process id with the boot and the moment in which that process began."""

    pid: int
    began: str

    @classmethod
    def of(cls, pid: int) -> ProcessIdentity | None:
        """None if there is no such process, or only its unreaped remains."""
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return None
        # The second field, the name, may itself hold spaces and brackets.
        state, *fields = stat.rpartition(")")[2].split()
        return None if state in "ZX" else cls(pid, f"{_boot()}:{fields[18]}")

    @property
    def is_alive(self) -> bool:
        return ProcessIdentity.of(self.pid) == self

    def signal(self, number: int) -> None:
        """Sends a signal to it, and to its group if it leads one. Nothing happens if it has gone."""
        if not self.is_alive:
            return
        try:
            if os.getpgid(self.pid) == self.pid:
                os.killpg(self.pid, number)
            else:
                os.kill(self.pid, number)
        except ProcessLookupError:
            pass


def end_all(processes: Iterable[ProcessIdentity], *, seconds: float) -> None:
    """Asks each still living one to end, and kills what has not ended after that time."""
    left = [process for process in processes if process.is_alive]
    for number, patience in ((signal.SIGTERM, seconds), (signal.SIGKILL, 5.0)):
        for process in left:
            process.signal(number)
        deadline = time.monotonic() + patience
        while left and time.monotonic() < deadline:
            time.sleep(0.05)
            left = [process for process in left if process.is_alive]


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
