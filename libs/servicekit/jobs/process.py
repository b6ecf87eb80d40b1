"""A worker process: plain Python, no eventlet. Claims jobs one after the other until a signal."""

from __future__ import annotations

import importlib
import logging
import os
import random
import signal
import sys
import threading
import time
from types import FrameType
from typing import Any, Final
from uuid import UUID

from servicekit import collector, health
from servicekit import log as logs
from servicekit.database.engine import PoolSettings, make_engine
from servicekit.database.unit_of_work import Transactions
from servicekit.errors import Unavailable
from servicekit.events.waiting import pause_of
from servicekit.jobs.bell import Bell
from servicekit.jobs.calls import Calls
from servicekit.jobs.handler import Worker
from servicekit.jobs.health_server import serve_health
from servicekit.jobs.keeper import LeaseKeeper
from servicekit.jobs.lease import claim
from servicekit.jobs.rows import purge_finished
from servicekit.jobs.settings import WorkerSettings
from servicekit.jobs.slices import Slices
from servicekit.settings import load_or_exit

log = logging.getLogger("servicekit.jobs")

STOPPED_BY_DEADLINE: Final = 75
_ALARM_GRACE: Final = 1.0
_PURGE_SECONDS: Final = 600.0
_SILENT_SECONDS: Final = 3.0  # as long as a database may be away before readiness says so


def run(path: str) -> int:
    """Works for `package.module:JOBS` until SIGTERM; returns the exit status of the process."""
    if "" not in sys.path:
        sys.path.insert(0, "")
    module, _, name = path.partition(":")
    worker: Worker = getattr(importlib.import_module(module), name)
    settings = load_or_exit(WorkerSettings, required=["database_url"])
    logs.configure(
        level=settings.log_level,
        style=settings.log_format,
        service=worker.service,
        instance=settings.instance,
    )
    process = WorkerProcess(worker, settings)
    signal.signal(signal.SIGTERM, process.on_signal)
    signal.signal(signal.SIGINT, process.on_signal)
    serve_health(settings.health_host, settings.health_port)
    collector.relax()
    return process.run()


def _connect(service: str, settings: WorkerSettings) -> Transactions:
    """Of a worker that is stopped in the middle of a step, the server undoes it when the lease runs out:
    whoever takes the job over needs the rows that it holds locked, the job's own maybe among them."""
    pool = PoolSettings(
        pool_size=settings.db_pool_size,
        statement_timeout_ms=settings.statement_timeout_ms,
        idle_in_transaction_ms=round(settings.job_lease_seconds * 1000),
        application_name=f"{service} {settings.instance}",
    )
    engine = make_engine(settings.database_url, pool)
    return Transactions(engine, service=service, statement_timeout_ms=pool.statement_timeout_ms)


class WorkerProcess:
    """`run()` until a signal. No failure of the database ends it."""

    def __init__(self, worker: Worker, settings: WorkerSettings) -> None:
        name = f"{worker.service} {settings.instance}"
        self._settings = settings
        self._kinds = list(worker.by_kind)
        self._stop = threading.Event()
        self._bell = Bell(settings.database_url, name=f"{name} bell")
        self._keeper = LeaseKeeper(
            settings.database_url, name=f"{name} lease", lease_seconds=settings.job_lease_seconds
        )
        self._rpc = Calls(settings.amqp_url)
        self._db = _connect(worker.service, settings)
        self._slices = Slices(
            self._db,
            handlers=worker.by_kind,
            rpc=self._rpc,
            keeper=self._keeper,
            settings=settings,
            stop=self._stop,
        )
        self._last: UUID | None = None  # the token of the lease that was held last
        self._failing_since: float | None = float("-inf")  # not ready before it has found its database
        self._purge_at = 0.0
        health.register("database", self._database_trouble)

    def run(self) -> int:
        self._keeper.start()
        log.info("started", extra={"pid": os.getpid(), "kinds": ",".join(self._kinds)})
        failures = 0
        while not self._stop.is_set():
            try:
                self._turn()
                failures = 0
            except Unavailable as error:
                failures += 1
                self._failing_since = self._failing_since or time.monotonic()
                log.warning("no work without a database", extra={"reason": error.code})
                self._stop.wait(pause_of(failures))
        self._rpc.close()
        self._db.close()
        log.info("stopped")
        return 0

    def on_signal(self, _number: int, _frame: FrameType | None) -> None:
        """Signal handler: ends the process after the step under work, but never later than STOP_TIMEOUT."""
        if self._stop.is_set():
            return
        self._stop.set()
        self._bell.ring()
        # The kernel ends the process even if the timer below never comes to its end.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, self._settings.stop_timeout + _ALARM_GRACE)
        giving_up = threading.Timer(self._settings.stop_timeout, self._give_up)
        giving_up.daemon = True
        giving_up.start()

    def _turn(self) -> None:
        """A time slice of the job whose turn it is, or a wait for one."""
        self._bell.listen()
        claimed = claim(
            self._db, kinds=self._kinds, seconds=self._settings.job_lease_seconds, mine=self._last
        )
        self._failing_since = None
        if claimed is not None:
            self._last = claimed.lease.token
            self._slices.work(claimed)
            return
        self._purge()
        self._bell.wait(self._settings.job_poll_seconds)

    def _purge(self) -> None:
        if time.monotonic() < self._purge_at:
            return
        self._purge_at = time.monotonic() + _PURGE_SECONDS * random.uniform(0.5, 1.5)
        purge_finished(self._db)

    def _give_up(self) -> None:
        """Ends the process in the middle of a step: nothing of it will have happened."""
        log.error("not stopped in time, ending the process: the step is done again elsewhere")
        self._keeper.give_back()
        logging.shutdown()
        os._exit(STOPPED_BY_DEADLINE)

    def _database_trouble(self) -> str | None:
        since: Any = self._failing_since
        return "no answer" if since is not None and time.monotonic() - since > _SILENT_SECONDS else None
