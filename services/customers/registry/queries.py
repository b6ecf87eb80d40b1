"""Reads of customers: SQL straight to plain rows. Whatever leaves the service is filtered by visibility.py."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from identity import Identity
from servicekit.scope import Scope
from services.customers.registry.domain.contacts import Point, Points
from services.customers.registry.domain.customer import Customer, Tag
from services.customers.registry.visibility import visibility_parameters, visible, visible_deleted

# One row holds all that a message shows: children come as JSON, so that a customer costs one round trip.
VIEW = """
    c.id, c.name, c.status, c.channel, c.assignee_id, c.team_ids, c.custom, c.opt_ids, c.created_at, c.updated_at,
    c.deleted_at, c.version,
    (SELECT a.last_at FROM customer_activity a WHERE a.customer_id = c.id) AS last_interaction_at,
    (SELECT json_agg(json_build_array(p.id, p.kind, p.value, p.raw, p.scope, p.label, p.is_primary)
                     ORDER BY p.created_at, p.id)
     FROM contact_point p WHERE p.customer_id = c.id) AS points,
    ARRAY(SELECT t.name FROM tag t WHERE t.id = ANY(c.tag_ids) ORDER BY t.name_folded) AS tags"""

_POINTS_OF = text("""
    SELECT id, customer_id, kind, value, raw, scope, label, is_primary, space, identity, created_at
    FROM contact_point WHERE customer_id = ANY(CAST(:customers AS uuid[])) ORDER BY created_at, id""")


@dataclass(frozen=True, slots=True)
class Moved:
    """The customer was merged: it is part of this one now."""

    to: UUID


def find_view(connection: Connection, scope: Scope, customer_id: UUID) -> Row[Any] | None:
    """The customer that `customer_id` is part of, if the caller may see it: compare `id` to know whether it moved."""
    parameters = {"id": customer_id, **visibility_parameters(scope)}
    return connection.execute(_view_statement(scope), parameters).one_or_none()


def find_deleted_view(connection: Connection, scope: Scope, customer_id: UUID) -> Row[Any] | None:
    statement = f"SELECT {VIEW} FROM customer c WHERE c.id = :id AND {visible_deleted(scope)}"
    return connection.execute(text(statement), {"id": customer_id}).one_or_none()


def _view_statement(scope: Scope) -> Any:
    return _cached_view_statement(visible(scope))


@cache
def _cached_view_statement(condition: str) -> Any:
    return text(f"""
        SELECT {VIEW} FROM customer asked JOIN customer c ON c.id = asked.root_id
        WHERE asked.id = :id AND {condition}""")


def find_customer(
    connection: Connection, scope: Scope, customer_id: UUID, *, with_points: bool
) -> Customer | Moved | None:
    """The customer for an edit, if the caller may see it. Contact points only where they are needed."""
    statement = f"""
        SELECT c.id, c.name, c.name_source, c.status, c.channel, c.created_at, c.version, c.revision, c.assignee_id,
               c.team_ids, c.opt_ids, c.custom,
               (SELECT json_agg(json_build_array(t.id, t.name, t.name_folded) ORDER BY t.name_folded)
                FROM tag t WHERE t.id = ANY(c.tag_ids)) AS tags
        FROM customer asked JOIN customer c ON c.id = asked.root_id
        WHERE asked.id = :id AND {visible(scope)}"""
    parameters = {"id": customer_id, **visibility_parameters(scope)}
    row = connection.execute(text(statement), parameters).one_or_none()
    if row is None or row.id != customer_id:
        return None if row is None else Moved(row.id)
    points = points_of(connection, [row.id]).get(row.id, ()) if with_points else ()
    return _to_customer(row, points)


def members_of_deleted(
    connection: Connection, scope: Scope, customer_id: UUID, *, since: datetime
) -> list[UUID]:
    """The deleted customer and all records it is made of; empty if it was deleted before `since` or is not shown."""
    statement = f"""
        SELECT c.id || ARRAY(SELECT m.id FROM customer m WHERE m.root_id = c.id AND m.root_id <> m.id ORDER BY m.id)
        FROM customer c WHERE c.id = :id AND c.deleted_at > :since AND {visible_deleted(scope)}"""
    row = connection.execute(text(statement), {"id": customer_id, "since": since}).one_or_none()
    return row[0] if row else []


def points_of(connection: Connection, customers: Iterable[UUID]) -> dict[UUID, Points]:
    """The contact points of these customers, oldest first. For writes: answers take them from the views."""
    points: dict[UUID, Points] = {}
    if wanted := list(customers):
        for row in connection.execute(_POINTS_OF, {"customers": wanted}):
            points[row.customer_id] = (*points.get(row.customer_id, ()), _to_point(row))
    return points


def members_of(
    connection: Connection, scope: Scope, ids: Sequence[UUID]
) -> Mapping[UUID, tuple[UUID, list[UUID]]]:
    """Of each id that the caller may see: the customer it is part of now, and all records that customer is made of."""
    statement = f"""
        SELECT asked.id AS asked, c.id AS root,
               c.id || ARRAY(SELECT m.id FROM customer m WHERE m.root_id = c.id AND m.root_id <> m.id ORDER BY m.id)
                   AS members
        FROM unnest(CAST(:ids AS uuid[])) AS wanted (id)
        JOIN customer asked ON asked.id = wanted.id JOIN customer c ON c.id = asked.root_id
        WHERE {visible(scope)}"""
    rows = connection.execute(text(statement), {"ids": list(ids), **visibility_parameters(scope)})
    return {row.asked: (row.root, row.members) for row in rows}


def _to_customer(row: Row[Any], points: Points) -> Customer:
    return Customer(
        id=row.id,
        name=row.name,
        name_source=row.name_source,
        status=row.status,
        channel=row.channel,
        created_at=row.created_at,
        version=row.version,
        revision=row.revision,
        points=points,
        team_ids=frozenset(row.team_ids),
        assignee_id=row.assignee_id,
        tags=tuple(Tag(*tag) for tag in row.tags or ()),
        custom=row.custom,
        option_ids=tuple(row.opt_ids),
    )


def _to_point(row: Row[Any]) -> Point:
    return Point(
        id=row.id,
        kind=row.kind,
        value=row.value,
        raw=row.raw,
        identity=Identity(row.space, row.identity),
        created_at=row.created_at,
        scope=row.scope,
        label=row.label,
        primary=row.is_primary,
    )
