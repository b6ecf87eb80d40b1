"""When a program that ended is started again."""

from __future__ import annotations

from dataclasses import dataclass, replace

HEALTHY_SECONDS = 10.0
_PAUSES = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)


@dataclass(frozen=True)
class Restarts:
    """At once the first time, then with growing pauses; a run of ten seconds makes up for all before it."""

    in_a_row: int = 0
    total: int = 0

    def after_a_run_of(self, seconds: float) -> tuple[float, Restarts]:
        """How long to wait now, and the count from here on."""
        failures = 0 if seconds >= HEALTHY_SECONDS else self.in_a_row
        pause = _PAUSES[min(failures, len(_PAUSES) - 1)]
        return pause, replace(self, in_a_row=failures + 1, total=self.total + 1)
