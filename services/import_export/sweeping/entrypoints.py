"""The timer: once an hour a sweep is queued, if none waits already."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from nameko.timer import timer
from sqlalchemy import text

from servicekit import jobs
from servicekit.database import Database
from services.import_export.runs.kinds import SWEEP

_EVERY: Final = timedelta(hours=1)
_TAKE_TURN: Final = text("SELECT pg_try_advisory_xact_lock(hashtextextended('sweep', 0))")
_WAITING: Final = text("SELECT EXISTS (SELECT 1 FROM job WHERE kind = :kind AND finished_at IS NULL)")
_NOBODY: Final = "sweep"


class SweepTimers:
    """Mixin of ImportExportService."""

    db: Database

    @timer(interval=_EVERY.total_seconds())
    def queue_sweep(self) -> None:
        """Every replica has this timer; there is one sweep at a time."""
        with self.db.unit_of_work() as uow:
            mine = uow.connection.execute(_TAKE_TURN).scalar_one()
            if mine and not uow.connection.execute(_WAITING, {"kind": SWEEP}).scalar_one():
                jobs.create(uow, kind=SWEEP, created_by=_NOBODY, parameters={})
