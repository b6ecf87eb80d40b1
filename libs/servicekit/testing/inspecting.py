"""What tests of a service look at besides its answers: its tables, and what it is about to tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import orjson
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from servicekit.database import Transactions
from servicekit.database.failures import sqlstate_of
from servicekit.errors import Unavailable

T = TypeVar("T")


class Inspecting:
    """Mixin of a service's small world: `db` is its database."""

    db: Transactions

    def rows(self, statement: str, **parameters: Any) -> list[Any]:
        with self.db.reading() as connection:
            return list(connection.execute(text(statement), parameters))

    def run(self, statement: str, **parameters: Any) -> None:
        with self.db.unit_of_work() as uow:
            uow.connection.execute(text(statement), parameters)

    def events(self, kind: str | None = None) -> list[dict[str, Any]]:
        """What the outbox holds, oldest first."""
        bodies = [orjson.loads(row.body) for row in self.rows("SELECT body FROM outbox ORDER BY id")]
        return [body for body in bodies if kind in (None, body["type"])]

    def patiently(self, work: Callable[[], T]) -> T:
        """As `@rpc` does: again when PostgreSQL undid the transaction for the sake of another one.

        And as clients do whom a 503 tells to come back: on a busy machine the last of many who wait for one
        row may not get the lock in time. Nothing of such a try has happened.
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
