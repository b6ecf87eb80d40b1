"""Writes of a batch: one statement for all its customers, of the columns that the action may change."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Connection, Row, text

from servicekit.text import folded
from services.customers.fields.domain.searchable import searchable
from services.customers.registry.domain.customer import Customer
from services.customers.registry.repository import folded_of

# Of each column its type, and its value in JSON.
_COLUMNS: Final[Mapping[str, tuple[str, Callable[[Customer], Any]]]] = {
    "name": ("text", lambda customer: customer.name),
    "name_source": ("text", lambda customer: customer.name_source),
    "name_search": ("text", lambda customer: folded(customer.name)),
    "channel": ("text", lambda customer: customer.channel),
    "status": ("text", lambda customer: customer.status),
    "assignee_id": ("uuid", lambda customer: customer.assignee_id),
    "team_ids": ("uuid[]", lambda customer: sorted(map(str, customer.team_ids))),
    "tag_ids": ("integer[]", lambda customer: sorted({tag.id for tag in customer.tags if tag.id})),
    "opt_ids": ("integer[]", lambda customer: sorted(set(customer.option_ids))),
    "custom": ("jsonb", lambda customer: dict(customer.custom)),
    "custom_search": ("jsonb", lambda customer: searchable(customer.custom)),
}

_LOCK = text("""
    SELECT id, root_id FROM customer WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id FOR NO KEY UPDATE""")

_DELETE = text("""
    UPDATE customer SET deleted_at = :at, deleted_by = CAST(:by AS uuid), updated_at = :at,
           version = version + 1, revision = revision + 1
    WHERE id = ANY(CAST(:ids AS uuid[])) RETURNING id, version, revision""")


def lock_customers(connection: Connection, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """As registry.repository does, for hundreds: of each row that is there the customer it is part of."""
    return {row[0]: row[1] for row in connection.execute(_LOCK, {"ids": sorted(ids)})}


def update_customers(
    connection: Connection, customers: Sequence[Customer], *, columns: Sequence[str], at: datetime
) -> None:
    """Save these columns of customers that the caller locked and read. Versions and revisions rise by one."""
    values = {name: _COLUMNS[name] for name in columns}
    if {"team_ids", "tag_ids"} & values.keys():
        values["folded"] = ("jsonb", lambda customer: folded_of(customer, columns))
    rows = [
        {"id": c.id, "revision": c.revision, **{name: value(c) for name, (_, value) in values.items()}}
        for c in customers
    ]
    assigned = ", ".join(f"{name} = r.{name}" for name in values)
    typed = ", ".join(f"{name} {kind}" for name, (kind, _) in values.items())
    statement = f"""
        UPDATE customer c SET {assigned}, updated_at = :at, version = version + 1,
               revision = c.revision + 1
        FROM json_to_recordset(CAST(:rows AS json)) AS r (id uuid, revision bigint, {typed})
        WHERE c.id = r.id AND c.revision = r.revision"""
    written = connection.execute(text(statement), {"rows": orjson.dumps(rows).decode(), "at": at}).rowcount
    assert written == len(customers), "the rows were locked and read before"


def delete_customers(
    connection: Connection, ids: Sequence[UUID], *, by: str, at: datetime
) -> Sequence[Row[Any]]:
    """Mark customers that the caller locked, whose identities are released. Their new versions."""
    return connection.execute(_DELETE, {"ids": list(ids), "by": by, "at": at}).all()
