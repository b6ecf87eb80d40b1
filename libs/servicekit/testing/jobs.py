"""Long work in the test's own thread, by the code that workers run."""

from __future__ import annotations

import threading
from typing import Any

from servicekit.database.unit_of_work import Transactions
from servicekit.jobs.handler import Worker
from servicekit.jobs.keeper import LeaseKeeper
from servicekit.jobs.lease import claim
from servicekit.jobs.settings import WorkerSettings
from servicekit.jobs.slices import Slices

_LEASE_SECONDS = 600.0


def run_jobs(db: Transactions, worker: Worker, *, rpc: Any = None) -> int:
    """Works until no job is due, and returns the number of time slices that took.

    Failures are tried again at once; what waits for somebody who is down stays queued. `rpc` answers
    `run.rpc.call(service, method, …)`.
    """
    settings = WorkerSettings(amqp_url="", job_lease_seconds=_LEASE_SECONDS, job_retry_seconds=0)
    slices = Slices(
        db,
        handlers=worker.by_kind,
        rpc=rpc,
        keeper=LeaseKeeper("", name="test", lease_seconds=_LEASE_SECONDS),
        settings=settings,
        stop=threading.Event(),
    )
    count = 0
    while claimed := claim(db, kinds=worker.by_kind, seconds=_LEASE_SECONDS):
        slices.work(claimed)
        count += 1
    return count
