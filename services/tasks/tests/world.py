"""A small company for tests: teams, users, customers, and the service's methods without a bus."""

from __future__ import annotations

from typing import Any

from directory.testing import Staff
from servicekit.database import Transactions
from servicekit.testing.inspecting import Inspecting
from services.tasks.service import TasksService
from services.tasks.tests.company import Company

Json = dict[str, Any]


class World(Staff, Inspecting):
    """The service, and what surrounds it."""

    def __init__(self, database: Transactions, company: Company) -> None:
        self.db = database
        self.company = company
        self.service = TasksService()
        self.service.db = database  # type: ignore[assignment]
        self.service.gateway = self  # type: ignore[assignment]
        self.service.customers = company  # type: ignore[assignment]
        super().__init__()

    def customer(self, *teams: str) -> str:
        """One of these teams."""
        return self.company.add(*map(self.team, teams))

    def counted_notes(self) -> list[tuple[Any, ...]]:
        """By customer and team, how many notes the service says that there are."""
        rows = self.rows("SELECT customer_id, team_id, notes FROM note_count WHERE notes <> 0 ORDER BY 1, 2")
        return [tuple(row) for row in rows]

    def recounted_notes(self) -> list[tuple[Any, ...]]:
        """The same, note by note."""
        rows = self.rows("""
            SELECT customer_id, coalesce(team_id, '00000000-0000-0000-0000-000000000000'), count(*)
            FROM note WHERE deleted_at IS NULL GROUP BY 1, 2 ORDER BY 1, 2""")
        return [tuple(row) for row in rows]
