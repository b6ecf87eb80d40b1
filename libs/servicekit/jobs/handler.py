"""What whoever does long work writes, and what it is given."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from sqlalchemy import Connection

from servicekit.database.unit_of_work import Transactions, UnitOfWork
from servicekit.jobs.rows import Job

if TYPE_CHECKING:
    from servicekit.jobs.calls import Calls  # brings asyncio, which a service has no use for

Outcome = Literal["succeeded", "partially_failed", "failed", "awaiting_input"]
_DONE: Final = "succeeded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What one step has come to. A None keeps what the job has; `finished=True` means succeeded.

    `problem` says why an `outcome` is a failure: `{"code": …, "detail": …}`, and quotes nothing.
    """

    state: Mapping[str, Any] | None = None
    done: int | None = None
    total: int | None = None
    counts: Mapping[str, int] | None = None
    finished: bool = False
    outcome: Outcome | None = None
    problem: Mapping[str, Any] | None = None

    @property
    def status(self) -> str | None:
        """What the job becomes; None while there is more to do."""
        return self.outcome or (_DONE if self.finished else None)


class GaveUp(Exception):
    """Raised by `prepare` or `step`: the job has failed for good, and nothing of the step has happened.

    `code` is stable and shown, as is `detail`, which is for people and quotes nothing.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


@dataclass(slots=True, eq=False)
class Run:
    """One job under work. `job` is as of the last step; `cancelled` and `stopping` may turn at any time."""

    job: Job
    database: Transactions
    rpc: Calls
    stop_requested: threading.Event = field(default_factory=threading.Event)
    cancel_requested: threading.Event = field(default_factory=threading.Event)
    lease_lost: threading.Event = field(default_factory=threading.Event)

    @property
    def cancelled(self) -> bool:
        """Somebody asked for the end. Between steps that is seen to; only a long `prepare` need look."""
        return self.job.cancel_requested or self.cancel_requested.is_set()

    @property
    def stopping(self) -> bool:
        """This process is about to end, or the job is another's by now: the sooner we return the better."""
        return self.stop_requested.is_set() or self.lease_lost.is_set()

    @contextmanager
    def patient_connection(self) -> Iterator[Connection]:
        """For `prepare`: a connection of its own in autocommit mode, on which a statement may take an hour.

        For what PostgreSQL refuses to do in a transaction, CREATE INDEX CONCURRENTLY above all.
        """
        url = self.database.engine.url.render_as_string(hide_password=False)
        patient = Transactions.connect(_plain(url), service="job", pool_size=1, statement_timeout_ms=0)
        try:
            with patient.engine.connect() as connection:
                connection.exec_driver_sql("SET lock_timeout = 0")  # it waits for whoever is in a transaction
                yield connection
        finally:
            patient.close()


class Handler(Protocol):
    """The work of one kind of job. A class; every time slice makes an instance of it, without arguments.

    It may also have `prepare(run) -> Any`: called before each step, outside of any transaction, for what
    needs others (`run.rpc`) or long reading; what it returns is handed to the step.
    """

    kind: str

    def step(self, run: Run, uow: UnitOfWork, prepared: Any) -> Progress:
        """The next part of the work, of a second at the most, in one transaction with its progress.

        All it needs to know is in `run.job`: another process may have done the step before. May run again
        after a failure, when nothing of it has happened.
        """


@dataclass(frozen=True, slots=True)
class Worker:
    """What one worker process does: the jobs of these kinds in the database of this service."""

    service: str
    handlers: list[type[Handler]]

    @property
    def by_kind(self) -> dict[str, type[Handler]]:
        """Raises ValueError when a kind has two handlers."""
        by_kind = {handler.kind: handler for handler in self.handlers}
        if len(by_kind) < len(self.handlers):
            raise ValueError("a kind of job has two handlers")
        return by_kind


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://", 1)
