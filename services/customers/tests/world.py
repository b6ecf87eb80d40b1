"""A small company for tests: teams, users, settings, and the service's methods without a bus."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from directory import repository as directory_rows
from directory.model import Directory, User
from identity import ContactPoint, Identity
from servicekit.database import Transactions
from servicekit.database.failures import sqlstate_of
from servicekit.errors import Unavailable
from servicekit.ids import new_id
from servicekit.scope import ADMIN, AGENT, Scope
from servicekit.text import folded
from services.customers.registry import index
from services.customers.registry.domain import entries
from services.customers.service import CustomersService

Json = dict[str, Any]
T = TypeVar("T")


class World:
    """Teams and users come into being when they are named."""

    def __init__(self, database: Transactions) -> None:
        self.db = database
        self.service = CustomersService()
        self.service.db = database  # type: ignore[assignment]
        self.service.gateway = self  # type: ignore[assignment]
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
        """The scope of an agent who is in these teams."""
        return self._person(name, AGENT, teams)

    def set(self, **settings: Any) -> None:
        version = self.service.get_settings(self.admin)["version"]
        self.service.update_settings(self.admin, settings, version)

    def create(self, scope: Json | None = None, **data: Any) -> Json:
        """A customer; by the administrator unless somebody else is named."""
        data = {"name": "Maria Silva", **data}
        return self.service.create_customer(scope or self.admin, data)["customer"]

    def get(self, customer_id: str, scope: Json | None = None) -> Json:
        return self.service.get_customer(scope or self.admin, customer_id)["customer"]

    def update(self, customer_id: str, scope: Json | None = None, **patch: Any) -> Json:
        return self.service.update_customer(scope or self.admin, customer_id, patch)["customer"]

    def patiently(self, work: Callable[[], T]) -> T:
        """As `@rpc` does: again when PostgreSQL undid the transaction for the sake of another one.

        And as clients do whom a 503 tells to come back: on a busy machine the last of many who wait for one
        customer may not get the lock in time. Nothing of such a try has happened.
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

    def merge(self, absorbed: str, into: str) -> None:
        """Only the pointer that a merge writes."""
        self.run(
            "UPDATE customer SET root_id = :into, merged_into = :into WHERE id = :absorbed",
            absorbed=UUID(absorbed),
            into=UUID(into),
        )
        with self.db.unit_of_work() as uow:
            index.refresh(uow.connection, [UUID(absorbed), UUID(into)])

    def search_rows(self) -> list[Json]:
        """The table that searches read."""
        rows = self.rows("SELECT * FROM customer_search ORDER BY customer_id")
        return [dict(row._mapping) for row in rows]

    def recomputed_search_rows(self) -> list[Json]:
        """The same, from the tables that it is about and by the rule in Python."""
        points = self.rows("SELECT customer_id, kind, value, space, identity FROM contact_point")
        found_by: dict[UUID, list[str]] = {}
        for p in points:
            found_by.setdefault(p.customer_id, []).append(entries.found_by(contact(p)))
        customers = self.rows("""
            SELECT id, team_ids, tag_ids, name FROM customer
            WHERE deleted_at IS NULL AND root_id = id ORDER BY id""")
        return [_search_row(c, found_by.get(c.id, ())) for c in customers]

    def _person(self, name: str, role: str, teams: tuple[str, ...]) -> Json:
        team_ids = frozenset(self.team(team) for team in teams)
        user_id = self.users[name].id if name in self.users else str(new_id())
        self.users[name] = User(user_id, name, role, True, team_ids)
        self._publish()
        return Scope(user_id, role, team_ids).dump()

    def call(self, method: str, *, deadline: float) -> Json:
        """The gateway's `directory()`, as if over the bus."""
        users = [{**asdict(user), "team_ids": sorted(user.team_ids)} for user in self.users.values()]
        teams = [{"id": team_id, "name": name} for name, team_id in self.teams.items()]
        return {"revision": self.revision, "teams": teams, "users": users}

    def _publish(self) -> None:
        self.revision += 1
        with self.db.unit_of_work() as uow:
            directory_rows.replace(uow.connection, Directory.load(self.call("directory", deadline=1.0)))


def contact(row: Any) -> ContactPoint:
    """As it was normalised, from its row."""
    return ContactPoint(row.kind, row.value, "", Identity(row.space, row.identity))


def _search_row(customer: Any, found_by: Iterable[str]) -> Json:
    name = folded(customer.name)
    return {
        "customer_id": customer.id,
        "team_ids": customer.team_ids,
        "tag_ids": customer.tag_ids,
        "name_search": name,
        "text": entries.search_text(name, found_by),
    }
