"""One time slice: steps of one job until its share of time is over, or until it needs none any more."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from servicekit import context
from servicekit.database.unit_of_work import Transactions, UnitOfWork
from servicekit.events.waiting import describe, pause_of
from servicekit.jobs import metrics
from servicekit.jobs.calls import Calls
from servicekit.jobs.failures import is_transient, problem, problem_of
from servicekit.jobs.handler import GaveUp, Handler, Run
from servicekit.jobs.keeper import LeaseKeeper
from servicekit.jobs.lease import MAX_TAKEOVERS, Claimed, Lease, LeaseLost
from servicekit.jobs.rows import Job
from servicekit.jobs.settings import WorkerSettings

log = logging.getLogger("servicekit.jobs")

MAX_FAILURES: Final = 5
_LONGEST_PAUSE: Final = 60.0


class Slices:
    """Works on claimed jobs, one at a time. No failure of theirs gets out, except that of the database."""

    def __init__(
        self,
        db: Transactions,
        *,
        handlers: Mapping[str, type[Handler]],
        rpc: Calls,
        keeper: LeaseKeeper,
        settings: WorkerSettings,
        stop: threading.Event,
    ) -> None:
        self._db = db
        self._handlers = handlers
        self._rpc = rpc
        self._keeper = keeper
        self._seconds = settings.job_slice_seconds
        self._retry_seconds = settings.job_retry_seconds
        self._stop = stop
        self._waits: dict[UUID, int] = {}

    def work(self, claimed: Claimed) -> None:
        """One slice, with a line in the log at its end."""
        began, lease = time.monotonic(), claimed.lease
        run = Run(claimed.job, self._db, self._rpc, self._stop)
        self._keeper.keep(lease, run)
        try:
            with context.use(context.CallContext(lease.job_id.hex, user_id=run.job.created_by)):
                outcome = self._outcome(claimed, run)
        except LeaseLost:
            outcome = "overtaken"
        finally:
            self._keeper.let_go()
        _tell(claimed.job, run.job, outcome, time.monotonic() - began)

    def _outcome(self, claimed: Claimed, run: Run) -> str:
        if claimed.takeovers >= MAX_TAKEOVERS:
            return self._give_up(claimed.lease)
        try:
            return self._steps(claimed.lease, run)
        except LeaseLost:
            raise
        except GaveUp as reason:
            return self._end(claimed.lease, "failed", {"code": reason.code, "detail": reason.detail})
        except Exception as error:  # the edge: a failing job must not keep the others waiting
            return self._failed(claimed.lease, run.job, error)

    def _steps(self, lease: Lease, run: Run) -> str:
        handler = self._handlers[run.job.kind]()
        until = time.monotonic() + self._seconds
        while True:
            if run.lease_lost.is_set():
                raise LeaseLost
            if run.cancelled:
                return self._end(lease, "cancelled")
            if time.monotonic() >= until or self._stop.is_set():
                break
            run.job = self._step(lease, run, handler)
            self._waits.pop(lease.job_id, None)
            if run.job.status != "running":
                return run.job.status
        return self._put_off(lease, "continues")

    def _step(self, lease: Lease, run: Run, handler: Handler) -> Job:
        prepare = getattr(handler, "prepare", None)
        prepared = None if prepare is None else prepare(run)

        def in_one_transaction(uow: UnitOfWork) -> Job:
            return lease.record(uow, handler.step(run, uow, prepared))

        with metrics.STEP_SECONDS.labels(run.job.kind).time():
            return self._db.run(in_one_transaction)

    def _failed(self, lease: Lease, job: Job, error: Exception) -> str:
        """Puts the job off or gives it up. What was said stays in the log, and even there without values."""
        if is_transient(error):
            waits = self._waits[lease.job_id] = self._waits.get(lease.job_id, 0) + 1
            log.warning("job waits", extra={"job": str(job.id), "reason": describe(error)})
            return self._put_off(lease, "waits", seconds=pause_of(waits))
        if job.attempts + 1 < MAX_FAILURES:
            log.warning("step failed", exc_info=sys.exc_info(), extra={"job": str(job.id)})
            pause = min(_LONGEST_PAUSE, self._retry_seconds * float(2**job.attempts))
            return self._put_off(lease, "retries", seconds=pause, failed=True)
        what = problem_of(error)
        outcome = self._end(lease, "failed", what)
        log.error(
            "job failed",
            exc_info=(type(error), error, error.__traceback__),
            extra={"job": str(job.id), "reason": describe(error), "reference": what["reference"]},
        )
        return outcome

    def _give_up(self, lease: Lease) -> str:
        what = problem("worker_died", "The work ended the process that did it, again and again.")
        outcome = self._end(lease, "failed", what)
        log.error("job given up", extra={"job": str(lease.job_id), "reference": what["reference"]})
        return outcome

    def _put_off(self, lease: Lease, outcome: str, *, seconds: float = 0.0, failed: bool = False) -> str:
        with self._db.unit_of_work() as uow:
            lease.put_off(uow.connection, seconds=seconds, failed=failed)
        return outcome

    def _end(self, lease: Lease, status: str, what: dict[str, Any] | None = None) -> str:
        with self._db.unit_of_work() as uow:
            lease.end(uow.connection, status=status, problem=what)
        return status


def _tell(before: Job, after: Job, outcome: str, seconds: float) -> None:
    metrics.SLICES.labels(before.kind, outcome).inc()
    log.info(
        "slice",
        extra={
            "job": str(before.id),
            "kind": before.kind,
            "outcome": outcome,
            "done": after.done,
            "total": after.total,
            "gained": after.done - before.done,
            "seconds": round(seconds, 3),
        },
    )
