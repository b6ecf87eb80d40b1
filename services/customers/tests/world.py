"""A small company for tests: teams, users, settings, and the service's methods without a bus."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import text

from directory.testing import Staff
from identity import ContactPoint, Identity
from servicekit.database import Transactions
from servicekit.testing.inspecting import Inspecting
from servicekit.text import folded
from services.customers.registry import index
from services.customers.registry.domain import entries
from services.customers.service import CustomersService

Json = dict[str, Any]

# On the transaction that asks.
SOMEBODY_WAITS = text("""
    SELECT pid FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))""")


class World(Staff, Inspecting):
    """The service, and what surrounds it."""

    def __init__(self, database: Transactions) -> None:
        self.db = database
        self.service = CustomersService()
        self.service.db = database  # type: ignore[assignment]
        self.service.gateway = self  # type: ignore[assignment]
        super().__init__()

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

    def merge(self, absorbed: str, into: str) -> Json:
        """By the administrator, with nothing chosen. Returns the merge."""
        asked = {"primary": into, "duplicates": [absorbed]}
        return self.service.apply_merge(self.admin, asked)["merge"]

    def refresh(self, *customers: str) -> None:
        """What they are found by, after a test wrote into tables."""
        with self.db.unit_of_work() as uow:
            index.refresh(uow.connection, map(UUID, customers))

    def fold(self, customer_id: str, folded: Json) -> None:
        """As if merges had brought this into the customer's row."""
        self.run(
            "UPDATE customer SET folded = CAST(:folded AS jsonb) WHERE id = :id",
            id=UUID(customer_id),
            folded=json.dumps(folded),
        )

    def folded(self, customer_id: str) -> Json | None:
        ((folded,),) = self.rows("SELECT folded FROM customer WHERE id = :id", id=UUID(customer_id))
        return folded

    def holders(self) -> list[Any]:
        """Which record holds which identity."""
        return self.rows("SELECT space, value, customer_id FROM identity_holder ORDER BY 1, 2, 3")

    def recomputed_holders(self) -> list[Any]:
        """The same, from the contact points of all who are not deleted."""
        return self.rows("""
            SELECT DISTINCT p.space, p.identity, p.customer_id
            FROM contact_point p JOIN customer c ON c.id = p.customer_id JOIN customer r ON r.id = c.root_id
            WHERE r.deleted_at IS NULL ORDER BY 1, 2, 3""")

    def search_rows(self) -> list[Json]:
        """The table that searches read."""
        rows = self.rows("SELECT * FROM customer_search ORDER BY customer_id")
        return [dict(row._mapping) for row in rows]

    def recomputed_search_rows(self) -> list[Json]:
        """The same, from the tables that it is about and by the rule in Python."""
        points = self.rows("SELECT root_id, kind, value, space, identity FROM contact_point")
        found_by: dict[UUID, list[str]] = {}
        for p in points:
            found_by.setdefault(p.root_id, []).append(entries.found_by(contact(p)))
        customers = self.rows("""
            SELECT id, team_ids, tag_ids, name FROM customer
            WHERE deleted_at IS NULL AND root_id = id ORDER BY id""")
        return [_search_row(c, found_by.get(c.id, ())) for c in customers]


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
