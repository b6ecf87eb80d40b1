"""Very many customers who changed at once: looked at again by the worker, some in each step."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial
from typing import Any, Final
from uuid import UUID

from servicekit.clock import utc_now
from servicekit.database import UnitOfWork
from servicekit.jobs import Progress, Run
from services.dedup.customers import AT_ONCE
from services.dedup.following import applying
from services.dedup.following.domain.told import Told
from services.dedup.index.news import News, ask_about

KIND: Final = "index_customers"
NOBODY: Final = str(UUID(int=0))  # started it: events did
_IN_ONE_JOB: Final = 10_000


def portions(ids: Collection[UUID]) -> Iterator[list[str]]:
    """For the parameters of a job each."""
    ordered = sorted(map(str, ids))
    for start in range(0, len(ordered), _IN_ONE_JOB):
        yield ordered[start : start + _IN_ONE_JOB]


class IndexCustomers:
    """The handler of servicekit.jobs."""

    kind = KIND

    def prepare(self, run: Run) -> News:
        ids = run.job.parameters["ids"][run.job.done : run.job.done + AT_ONCE]
        return ask_about(run.database, partial(run.rpc.call, "customers"), list(map(UUID, ids)))

    def step(self, run: Run, uow: UnitOfWork, prepared: Any) -> Progress:
        applying.apply(uow, prepared, Told(), at=utc_now())
        done = min(run.job.done + AT_ONCE, len(run.job.parameters["ids"]))
        return Progress(done=done, finished=done == len(run.job.parameters["ids"]))
