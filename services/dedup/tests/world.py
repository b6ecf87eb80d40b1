"""A small company for tests: teams, users, customers, and the service's methods without a bus."""

from __future__ import annotations

from typing import Any

from directory.testing import Staff
from servicekit.database import Transactions
from servicekit.jobs import Worker
from servicekit.testing.inspecting import Inspecting
from servicekit.testing.jobs import run_jobs
from services.dedup.service import DedupService
from services.dedup.tests.company import Company

Json = dict[str, Any]


class World(Staff, Inspecting):
    """The service, and what surrounds it."""

    def __init__(self, database: Transactions, company: Company) -> None:
        self.db = database
        self.company = company
        self.service = DedupService()
        self.service.db = database  # type: ignore[assignment]
        self.service.gateway = self  # type: ignore[attr-defined]
        self.service.customers = company  # type: ignore[assignment]
        super().__init__()

    def customer(self, name: str = "", *teams: str, **typed: str) -> str:
        """A customer of these teams. `typed`: email, phone, whatsapp."""
        return self.company.add(name, *map(self.team, teams), **typed)

    def work_off(self, worker: Worker) -> int:
        """All jobs that wait, in the test's own thread."""
        return run_jobs(self.db, worker, rpc=Around(self))


class Around:
    """The other services as a worker process calls them."""

    def __init__(self, world: World) -> None:
        self._services: Json = {"customers": world.company, "gateway": world}

    def call(self, service: str, method: str, *args: Any, **asked: Any) -> Any:
        return self._services[service].call(method, *args, **asked)
