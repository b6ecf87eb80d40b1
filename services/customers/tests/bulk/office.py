"""Bulk actions in a test: asked for, worked off in its own thread, and disturbed between two steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from servicekit.jobs import Worker
from servicekit.scope import Scope
from servicekit.testing.jobs import run_jobs
from services.customers.bulk.job import BulkAction
from services.customers.tests.world import World

Json = dict[str, Any]
WORKER = Worker(service="customers", handlers=[BulkAction])


class Office:
    """Answers for the gateway, too: whoever has been disabled there has no scope any more."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.steps = 0
        self._before: dict[int, Callable[[], Any]] = {}

    def start(self, scope: Json | None = None, **asked: Any) -> Json:
        return self.world.service.start_bulk(scope or self.world.admin, asked)["bulk"]

    def count(self, scope: Json | None = None, **asked: Any) -> Json:
        asked = {**asked, "dry_run": True}
        return self.world.service.start_bulk(scope or self.world.admin, asked)["matched"]

    def before_step(self, number: int, work: Callable[[], Any]) -> None:
        """Let this happen just before the worker's step with this number, counted from 1."""
        self._before[number] = work

    def work_off(self, job: Json) -> Json:
        """The job when it is over."""
        run_jobs(self.world.db, WORKER, rpc=self)
        return self.get(job["id"])

    def do(self, scope: Json | None = None, **asked: Any) -> Json:
        return self.work_off(self.start(scope, **asked))

    def get(self, job_id: str) -> Json:
        return self.world.service.get_bulk(self.world.admin, job_id)["bulk"]

    def refusals(self, job: Json, **paging: Any) -> list[tuple[str, str]]:
        page = self.world.service.list_bulk_refusals(self.world.admin, job["id"], **paging)
        return [(each["customer_id"], each["code"]) for each in page["data"]]

    def demote(self, name: str, **changes: Any) -> None:
        """What the gateway says of this user from now on."""
        self.world.users[name] = replace(self.world.users[name], **changes)

    def call(self, service: str, method: str, user_id: str, *, deadline: float) -> Json | None:
        assert (service, method) == ("gateway", "scope_of")
        self.steps += 1
        if disturb := self._before.pop(self.steps, None):
            disturb()
        user = next((u for u in self.world.users.values() if u.id == user_id), None)
        if user is None or not user.active:
            return None
        return Scope(user.id, user.role, frozenset(user.team_ids)).dump()


def tally(job: Json) -> tuple[int, int, int]:
    """Changed, unchanged, refused: they always add up."""
    counts, progress = job["counts"], job["progress"]
    assert counts["changed"] + counts["unchanged"] + counts["refused"] == progress["done"]
    return counts["changed"], counts["unchanged"], counts["refused"]
