"""A small company for tests: teams, users, customers, and the service's methods without a bus."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any, TypeVar

import orjson
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from directory import repository as directory_rows
from directory.model import Directory, User
from servicekit.database import Transactions
from servicekit.database.failures import sqlstate_of
from servicekit.errors import Unavailable
from servicekit.ids import new_id
from servicekit.scope import ADMIN, AGENT, Scope
from services.tasks.service import TasksService
from services.tasks.tables import metadata
from services.tasks.tests.company import Company

Json = dict[str, Any]
T = TypeVar("T")


class World:
    """Teams and users come into being when they are named."""

    def __init__(self, database: Transactions, company: Company) -> None:
        self.db = database
        self.company = company
        self.service = TasksService()
        self.service.db = database  # type: ignore[assignment]
        self.service.gateway = self  # type: ignore[assignment]
        self.service.customers = company  # type: ignore[assignment]
        self.revision = 0
        self.teams: dict[str, str] = {}
        self.users: dict[str, User] = {}
        self.admin = self._person("root", ADMIN, ())

    def team(self, name: str) -> str:
        if name not in self.teams:
            self.unheard_of_team(name)
            self._publish()
        return self.teams[name]

    def unheard_of_team(self, name: str) -> str:
        """The gateway has it; its event has not arrived."""
        self.teams[name] = str(new_id())
        self.revision += 1
        return self.teams[name]

    def agent(self, name: str, *teams: str) -> Json:
        """The scope of an agent who is in these teams, from now on in these only."""
        return self._person(name, AGENT, teams)

    def an_administrator(self, name: str) -> Json:
        return self._person(name, ADMIN, ())

    def user(self, name: str) -> str:
        """The id of somebody who was named before."""
        return self.users[name].id

    def deactivate(self, name: str) -> None:
        self.users[name] = replace(self.users[name], active=False)
        self._publish()

    def customer(self, *teams: str) -> str:
        """One of these teams."""
        return self.company.add(*map(self.team, teams))

    def rows(self, statement: str, **parameters: Any) -> list[Any]:
        with self.db.reading() as connection:
            return list(connection.execute(text(statement), parameters))

    def run(self, statement: str, **parameters: Any) -> None:
        with self.db.unit_of_work() as uow:
            uow.connection.execute(text(statement), parameters)

    def events(self, kind: str | None = None) -> list[Json]:
        """What the outbox holds, oldest first."""
        bodies = [orjson.loads(row.body) for row in self.rows("SELECT body FROM outbox ORDER BY id")]
        return [body for body in bodies if kind in (None, body["type"])]

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

    def patiently(self, work: Callable[[], T]) -> T:
        """As `@rpc` does: again when PostgreSQL undid the transaction for the sake of another one.

        And as clients do whom a 503 tells to come back. Nothing of such a try has happened.
        """
        undone = locked = 0
        while undone < 6 and locked < 20:
            try:
                return work()
            except Unavailable as error:
                if error.code != "database_locked":
                    raise
                locked += 1
            except DBAPIError as error:
                if sqlstate_of(error) not in ("40001", "40P01"):
                    raise
                undone += 1
        raise AssertionError(f"undone {undone} times, locked out {locked} times")

    def call(self, method: str, *args: str, deadline: float = 5.0) -> Any:
        """The gateway's `directory()` and `scope_of(user_id)`, as if over the bus."""
        if method == "scope_of":
            return self._scope_of(*args)
        assert method == "directory", method
        users = [{**asdict(user), "team_ids": sorted(user.team_ids)} for user in self.users.values()]
        teams = [{"id": team_id, "name": name} for name, team_id in self.teams.items()]
        return {"revision": self.revision, "teams": teams, "users": users}

    def _scope_of(self, user_id: str) -> Json | None:
        [found] = [user for user in self.users.values() if user.id == user_id] or [None]
        return Scope(found.id, found.role, found.team_ids).dump() if found and found.active else None

    def _person(self, name: str, role: str, teams: tuple[str, ...]) -> Json:
        team_ids = frozenset(self.team(team) for team in teams)
        user_id = self.users[name].id if name in self.users else str(new_id())
        self.users[name] = User(user_id, name, role, True, team_ids)
        self._publish()
        return Scope(user_id, role, team_ids).dump()

    def _publish(self) -> None:
        self.revision += 1
        with self.db.unit_of_work() as uow:
            directory_rows.replace(uow.connection, Directory.load(self.call("directory", deadline=1.0)))


def empty(database: Transactions) -> None:
    """No table has a row."""
    names = ", ".join(metadata.tables)
    with database.unit_of_work() as uow:
        uow.connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
