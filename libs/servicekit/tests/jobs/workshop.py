"""Jobs to watch: each piece of work is a row in `effect`, so that what is lost or repeated can be counted."""

from __future__ import annotations

import os
import time
from typing import Any

from sqlalchemy import text

from servicekit.database import UnitOfWork
from servicekit.errors import Conflict, Unavailable
from servicekit.jobs import Progress, Run, Worker

_EFFECT = text("INSERT INTO effect (job_id, item, instance) VALUES (:job, :item, :instance)")
_PLAN = text("SELECT value FROM plan WHERE name = :name")


class Count:
    """Counts to `to`, a number with each step, each of which takes `seconds`."""

    kind = "count"

    def step(self, run: Run, uow: UnitOfWork, prepared: Any) -> Progress:
        item = run.job.state.get("next", 0)
        values = {"job": run.job.id, "item": item, "instance": os.environ["INSTANCE"]}
        uow.connection.execute(_EFFECT, values)
        time.sleep(run.job.parameters.get("seconds", 0))
        done = item + 1
        finished = done >= run.job.parameters["to"]
        return Progress(state={"next": done}, done=done, counts={"counted": done}, finished=finished)


class Stumble:
    """Fails as often as the plan says, after it has written something."""

    kind = "stumble"

    def step(self, run: Run, uow: UnitOfWork, prepared: Any) -> Progress:
        uow.connection.execute(_EFFECT, {"job": run.job.id, "item": 0, "instance": ""})
        match run.job.parameters["how"]:
            case "secretly":
                raise KeyError("ana@example.com")
            case "with a code":
                raise Conflict("in_the_way", {"name": "Ana"})
            case "for now":
                self._until_it_passes(uow)
        return Progress(done=1, finished=True)

    def _until_it_passes(self, uow: UnitOfWork) -> None:
        if uow.connection.execute(_PLAN, {"name": "passes"}).scalar_one_or_none() is None:
            raise Unavailable("somebody_else_is_down")


class Ask:
    """Asks a service before its step, and keeps the answer."""

    kind = "ask"

    def prepare(self, run: Run) -> Any:
        return run.rpc.call("workshop", "add", 1, 2, deadline=2)

    def step(self, run: Run, uow: UnitOfWork, prepared: Any) -> Progress:
        return Progress(state={"answer": prepared}, outcome="partially_failed")


JOBS = Worker(service="workshop", handlers=[Count, Stumble, Ask])
