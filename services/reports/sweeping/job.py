"""A sweep: uploads go after thirty days, what runs came to after one, and files that nobody names."""

from __future__ import annotations

from servicekit.clock import utc_now
from servicekit.database import UnitOfWork
from servicekit.files import storage
from servicekit.jobs import Progress, Run
from services.reports.running.expiry import expire as expire_runs
from services.reports.sweeping.kinds import SWEEP
from services.reports.uploads.expiry import expire as expire_uploads


class Sweep:
    """The handler of servicekit.jobs."""

    kind = SWEEP

    def prepare(self, run: Run) -> int:
        """How many files went. May be repeated and interrupted."""
        now = utc_now()
        return sum(expire(run.database, storage(), now=now) for expire in (expire_uploads, expire_runs))

    def step(self, run: Run, uow: UnitOfWork, prepared: int) -> Progress:
        return Progress(done=prepared, finished=True)
