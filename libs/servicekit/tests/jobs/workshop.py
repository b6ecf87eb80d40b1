"""Jobs to watch: each piece of work is a row in `effect`, so that what is lost or repeated can be counted."""

from __future__ import annotations

import os
import time
from typing import Any

from sqlalchemy import text

from servicekit.database import UnitOfWork
from servicekit.errors import Conflict, Unavailable
from servicekit.jobs import GaveUp, Progress, Run, Worker

_EFFECT = text("INSERT INTO effect (job_id, item, instance) VALUES (:job, :item, :instance)")
_PLAN = text("SELECT 1 FROM plan WHERE name = :name")


def _leave(run: Run, uow: UnitOfWork, item: int) -> None:
    values = {"job": run.job.id, "item": item, "instance": os.environ.get("INSTANCE", "")}
    uow.connection.execute(_EFFECT, values)


class Count:
    """Counts to `to`, a number with each step, each of which takes `seconds`."""

    kind = "count"

    def step(self, run: Run, uow: UnitOfWork, prepared: Any) -> Progress:
        item = run.job.state.get("next", 0)
        _leave(run, uow, item)
        time.sleep(run.job.parameters.get("seconds", 0))
        done = item + 1
        finished = done >= run.job.parameters["to"]
        return Progress(state={"next": done}, done=done, counts={"counted": done}, finished=finished)


class Stumble:
    """Fails after it has written something: always, or until the plan says that it passes."""

    kind = "stumble"

    def step(self, run: Run, uow: UnitOfWork, prepared: Any) -> Progress:
        _leave(run, uow, 0)
        if uow.connection.execute(_PLAN, {"name": "passes"}).scalar_one_or_none() is None:
            match run.job.parameters["how"]:
                case "secretly":
                    raise KeyError("canary@example.com")
                case "with a code":
                    raise Conflict("in_the_way", {"name": "canary@example.com"})
                case "too slowly":
                    uow.connection.exec_driver_sql("SELECT pg_sleep(5)")
                case "for now":
                    raise Unavailable("somebody_else_is_down")
                case "for good":
                    raise GaveUp("no_use", "It is of no use.")
                case "fatally":
                    os._exit(1)
        return Progress(done=1, finished=True)


class Ask:
    """Asks a service before its step, and keeps the answer."""

    kind = "ask"

    def prepare(self, run: Run) -> Any:
        return run.rpc.call("workshop", "echo", 5, deadline=2)

    def step(self, run: Run, uow: UnitOfWork, prepared: Any) -> Progress:
        return Progress(state={"answer": prepared}, outcome="partially_failed")


class Answering:
    """In place of the bus."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def call(self, _service: str, _method: str, *_args: Any, **_kwargs: Any) -> Any:
        return self._answer


class MakeIndex:
    """Does what PostgreSQL does in no transaction."""

    kind = "index"

    def prepare(self, run: Run) -> None:
        with run.patient_connection() as connection:
            connection.exec_driver_sql("CREATE INDEX CONCURRENTLY effect_item ON effect (item)")

    def step(self, run: Run, uow: UnitOfWork, prepared: Any) -> Progress:
        return Progress(finished=True)


JOBS = Worker(service="workshop", handlers=[Count, Stumble, Ask, MakeIndex])
