"""Writes of customers and their children, set-based: one statement for one customer or for a thousand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, text

from servicekit.ids import new_id
from servicekit.text import folded
from services.customers.fields.domain.searchable import searchable
from services.customers.merging.domain.folded import Folded, only
from services.customers.registry.domain.contacts import Point
from services.customers.registry.domain.customer import Customer, FieldChange, NewCustomer
from services.customers.registry.domain.entries import found_by, search_text
from services.customers.registry.domain.united import Reached

_INSERT = text("""
    WITH
    fresh AS (
        SELECT * FROM json_to_recordset(CAST(:customers AS json)) AS r (
            id uuid, name text, name_source text, name_search text, status text, channel text,
            assignee_id uuid, team_ids uuid[], tag_ids integer[], opt_ids integer[], custom jsonb,
            custom_search jsonb, created_at timestamptz, search text, change_id uuid)),
    kept AS (
        INSERT INTO customer (id, root_id, name, name_source, name_search, status, channel, assignee_id,
                              team_ids, tag_ids, opt_ids, custom, custom_search, created_at, updated_at)
        SELECT id, id, name, name_source, name_search, status, channel, assignee_id,
               team_ids, tag_ids, opt_ids, custom, custom_search, created_at, :at FROM fresh),
    activity AS (INSERT INTO customer_activity (customer_id) SELECT id FROM fresh),
    found_by AS (
        INSERT INTO customer_search (customer_id, team_ids, tag_ids, name_search, text)
        SELECT id, team_ids, tag_ids, name_search, search FROM fresh),
    reached AS (
        INSERT INTO contact_point (id, customer_id, root_id, kind, value, raw, scope, label, is_primary,
                                   space, identity, search, created_at)
        SELECT * FROM json_to_recordset(CAST(:points AS json)) AS r (
            id uuid, customer_id uuid, root_id uuid, kind text, value text, raw text, scope text, label text,
            is_primary boolean, space text, identity text, search text, created_at timestamptz))
    INSERT INTO change (id, customer_id, at, by, origin, field, after)
    SELECT change_id, id, :at, CAST(:by AS uuid), :origin, 'created', jsonb_build_object('channel', channel)
    FROM fresh""")

_LOCK = text("""
    SELECT id, root_id, merged_into, deleted_at, name, name_source, status, channel, assignee_id, team_ids,
           folded, version, revision
    FROM customer WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id FOR NO KEY UPDATE""")

# Edits of one customer's contact data go one after the other: each decides what to lock by what it reads.
_TAKE_TURNS = text("SELECT pg_advisory_xact_lock(hashtextextended('contact data ' || :id, 0))")

_UPDATE = text("""
    UPDATE customer SET name = :name, name_source = :name_source, name_search = :name_search,
           status = :status, channel = :channel, assignee_id = :assignee_id,
           team_ids = CAST(:team_ids AS uuid[]),
           tag_ids = CAST(:tag_ids AS integer[]), opt_ids = CAST(:opt_ids AS integer[]),
           custom = CAST(:custom AS jsonb), custom_search = CAST(:custom_search AS jsonb),
           folded = CAST(:folded AS jsonb), updated_at = :at, version = version + 1, revision = revision + 1
    WHERE id = :id AND revision = :revision""")

# What is added to a customer by an event is something that people edit, too.
_TOUCH = text("""
    UPDATE customer SET version = version + 1, revision = revision + 1, updated_at = :at
    WHERE id = ANY(CAST(:ids AS uuid[]))""")

_DELETE_POINTS = text("DELETE FROM contact_point WHERE id = ANY(CAST(:ids AS uuid[]))")

# Two primaries of one kind must not meet, not even between two rows of one statement.
_DEMOTE = text(
    "UPDATE contact_point SET is_primary = false WHERE id = ANY(CAST(:ids AS uuid[])) AND is_primary"
)

_UPSERT_POINTS = text("""
    INSERT INTO contact_point AS known (id, customer_id, root_id, kind, value, raw, scope, label, is_primary,
                                        space, identity, search, created_at)
    SELECT * FROM json_to_recordset(CAST(:points AS json)) AS r (
        id uuid, customer_id uuid, root_id uuid, kind text, value text, raw text, scope text, label text,
        is_primary boolean, space text, identity text, search text, created_at timestamptz)
    ON CONFLICT (id) DO UPDATE SET value = excluded.value, raw = excluded.raw, scope = excluded.scope,
        label = excluded.label, is_primary = excluded.is_primary, space = excluded.space,
        identity = excluded.identity, search = excluded.search
    WHERE known.customer_id = excluded.customer_id""")

_NAME_PRIMARIES = text("UPDATE customer SET primary_ids = CAST(:named AS jsonb) WHERE id = :id")

_INSERT_CHANGES = text("""
    INSERT INTO change (id, customer_id, at, by, origin, field, before, after)
    SELECT * FROM json_to_recordset(CAST(:changes AS json)) AS r (
        id uuid, customer_id uuid, at timestamptz, by uuid, origin text, field text,
        before jsonb, after jsonb)""")


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes something, from where and when, for the history of changes."""

    by: UUID | None
    origin: str  # user, api, import, merge, event
    at: datetime


@dataclass(frozen=True, slots=True)
class LockedCustomer:
    """A customer row as it was locked: for writers, never to be shown."""

    id: UUID
    root_id: UUID
    merged_into: UUID | None
    deleted_at: datetime | None
    name: str
    name_source: str
    status: str
    channel: str
    assignee_id: UUID | None
    team_ids: frozenset[UUID]
    folded: Folded | None
    version: int
    revision: int


def take_turn(connection: Connection, customer_id: UUID) -> None:
    """Wait for whoever edits this customer's contact data. Comes before any identity is locked."""
    connection.execute(_TAKE_TURNS, {"id": str(customer_id)})


def lock_customers(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, LockedCustomer]:
    """These rows, locked against merges and other writers until the transaction ends, by their ids."""
    rows = connection.execute(_LOCK, {"ids": sorted(set(ids))})
    return {row.id: LockedCustomer(**{**row._mapping, "team_ids": frozenset(row.team_ids)}) for row in rows}


def insert_customers(
    connection: Connection, customers: Sequence[NewCustomer | Customer], *, author: Author
) -> None:
    """Keep new customers with their contact points and where they come from.

    Their identities are claimed apart (holders.claim).
    """
    if customers:
        points = {c.id: [_point_row(c.id, point, root=c.id) for point in c.points] for c in customers}
        rows = [_new_row(c, points[c.id]) for c in customers]
        parameters = {
            "customers": _json(rows),
            "points": _json([point for several in points.values() for point in several]),
            "at": author.at,
            "by": author.by,
            "origin": author.origin,
        }
        connection.execute(_INSERT, parameters)


def update_customer(connection: Connection, customer: Customer, *, at: datetime) -> None:
    """Save the row of a customer that the caller locked. Version and revision rise by one."""
    parameters = {
        **_customer_row(customer),
        "team_ids": sorted(customer.team_ids),
        "custom": _json(dict(customer.custom)),
        "custom_search": _json(searchable(customer.custom)),
        "folded": None if (folded := folded_of(customer, ("team_ids", "tag_ids"))) is None else _json(folded),
        "revision": customer.revision,
        "at": at,
    }
    assert connection.execute(_UPDATE, parameters).rowcount == 1, "the row was locked and read before"


def touch_customers(connection: Connection, ids: Iterable[UUID], *, at: datetime) -> None:
    """Version and revision of these locked customers rise by one, since a child of theirs changed."""
    connection.execute(_TOUCH, {"ids": sorted(ids), "at": at})


def save_points(connection: Connection, before: Reached, after: Reached) -> None:
    """Make the kept contact points of a customer, each with its record, those of `after`.

    The caller locked the customer and the records whose points change.
    """
    save_points_of_many(connection, [(before, after)])


def save_points_of_many(connection: Connection, changed: Sequence[tuple[Reached, Reached]]) -> None:
    """The same for many customers at once."""
    gone, demoted, rows = list[UUID](), list[UUID](), list[dict[str, Any]]()
    for before, after in changed:
        old, new = ({p.id: p for p in _points_in(it)} for it in (before, after))
        # One that became another address makes room first: two may have swapped theirs.
        gone += [p.id for p in old.values() if p.id not in new or new[p.id].address != p.address]
        holder = {p.id: record for record, several in after.records.items() for p in several}
        for point in new.values():
            if old.get(point.id) != point:
                rows.append(_point_row(holder[point.id], point, root=after.root))
                if not point.primary and point.id in old:
                    demoted.append(point.id)
    if gone:
        connection.execute(_DELETE_POINTS, {"ids": gone})
    if demoted:
        connection.execute(_DEMOTE, {"ids": demoted})
    if rows:
        connection.execute(_UPSERT_POINTS, {"points": _json(rows)})
    for before, after in changed:
        if after.named != before.named:
            named = _json(after.named) if after.named else None
            connection.execute(_NAME_PRIMARIES, {"id": after.root, "named": named})


def _points_in(reached: Reached) -> Iterable[Point]:
    return (point for several in reached.records.values() for point in several)


def record_changes(
    connection: Connection, changes: Iterable[tuple[UUID, FieldChange]], *, author: Author
) -> None:
    """Add to the history of changes: of each customer, each field with its value before and after."""
    rows = [_change_row(customer_id, change, author) for customer_id, change in changes]
    if rows:
        connection.execute(_INSERT_CHANGES, {"changes": _json(rows)})


def _customer_row(customer: NewCustomer | Customer) -> dict[str, Any]:
    return {
        "id": customer.id,
        "name": customer.name,
        "name_source": customer.name_source,
        "name_search": folded(customer.name),
        "status": customer.status,
        "channel": customer.channel,
        "assignee_id": customer.assignee_id,
        "team_ids": sorted(map(str, customer.team_ids)),
        "tag_ids": _tag_ids(customer),
        "opt_ids": sorted(set(customer.option_ids)),
        "custom": dict(customer.custom),
        "custom_search": searchable(customer.custom),
        "created_at": customer.created_at,
    }


def _new_row(customer: NewCustomer | Customer, points: Iterable[dict[str, Any]]) -> dict[str, Any]:
    row = _customer_row(customer)
    row["search"] = search_text(row["name_search"], (point["search"] for point in points))
    row["change_id"] = new_id()
    return row


def _tag_ids(customer: NewCustomer | Customer) -> list[int]:
    if isinstance(customer, NewCustomer):
        return sorted(set(customer.tag_ids))
    return sorted({tag.id for tag in customer.tags if tag.id is not None})


def folded_of(customer: Customer, columns: Collection[str]) -> dict[str, Any] | None:
    """What merges brought into the row, when these columns are saved: without teams and tags that go."""
    kept = only(
        customer.folded,
        teams=customer.team_ids if "team_ids" in columns else None,
        tags=_tag_ids(customer) if "tag_ids" in columns else None,
    )
    return kept or None


def _point_row(record: UUID, point: Point, *, root: UUID) -> dict[str, Any]:
    return {
        "id": point.id,
        "customer_id": record,
        "root_id": root,
        "kind": point.kind,
        "value": point.value,
        "raw": point.raw,
        "scope": point.scope,
        "label": point.label,
        "is_primary": point.primary,
        "space": point.identity.space,
        "identity": point.identity.value,
        "search": found_by(point),
        "created_at": point.created_at,
    }


def _change_row(customer_id: UUID, change: FieldChange, author: Author) -> dict[str, Any]:
    return {
        "id": new_id(),
        "customer_id": customer_id,
        "at": author.at,
        "by": author.by,
        "origin": author.origin,
        "field": change.field,
        "before": change.before,
        "after": change.after,
    }


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
