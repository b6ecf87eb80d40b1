"""The timer: once an hour a sweep is queued, if none waits already."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from nameko.timer import timer

from servicekit import jobs
from servicekit.database import Database
from services.reports.sweeping.kinds import SWEEP

_EVERY: Final = timedelta(hours=1)
_NOBODY: Final = "sweep"


class SweepTimers:
    """Mixin of ReportsService."""

    db: Database

    @timer(interval=_EVERY.total_seconds())
    def queue_sweep(self) -> None:
        """Every replica has this timer; there is one sweep at a time."""
        with self.db.unit_of_work() as uow:
            jobs.create_alone(uow, kind=SWEEP, created_by=_NOBODY)
