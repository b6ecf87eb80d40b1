"""Reads of customers: SQL straight to plain rows. visibility.py filters whatever leaves the service."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, text
from sqlalchemy.dialects.postgresql.psycopg import dialect

from identity import Identity
from servicekit import jsonio
from servicekit.scope import Scope
from services.customers.configuration import STAMPS, Configuration, as_of
from services.customers.merging.domain.folded import Folded
from services.customers.registry.domain.contacts import Point, Points
from services.customers.registry.domain.customer import Customer, Tag
from services.customers.registry.domain.united import Reached
from services.customers.registry.views import VIEW, View
from services.customers.visibility import visibility_parameters, visible, visible_deleted

_DIALECT: Final[Any] = dialect()  # type: ignore[no-untyped-call]

_POINT: Final = """
    p.id, p.customer_id, p.kind, p.value, p.raw, p.scope, p.label, p.is_primary, p.space, p.identity,
    p.created_at"""
_POINTS_OF = text(f"""
    SELECT {_POINT} FROM contact_point p
    WHERE p.customer_id = ANY(CAST(:records AS uuid[])) ORDER BY p.created_at, p.id""")
_REACHED = text(f"""
    SELECT {_POINT}, p.root_id, c.primary_ids FROM contact_point p JOIN customer c ON c.id = p.root_id
    WHERE p.root_id = ANY(CAST(:roots AS uuid[])) ORDER BY p.created_at, p.id""")
_MEANT = text(
    "SELECT id, coalesce(joined_to, id) AS meant FROM tag WHERE id = ANY(CAST(:numbers AS integer[]))"
)


@dataclass(frozen=True, slots=True)
class Moved:
    """The customer was merged: it is part of this one now."""

    to: UUID


@dataclass(frozen=True, slots=True)
class Found:
    """The customer that an id is part of, and what the company decided by then."""

    view: View
    configuration: Configuration


@dataclass(frozen=True, slots=True)
class Whole:
    """A customer with all records it is made of, its own first, and all its teams."""

    id: str
    members: list[str]
    teams: list[str]


def find_view(connection: Connection, scope: Scope, customer_id: UUID) -> Found | None:
    """The customer that the id is part of, if the caller may see it. One statement: the hottest call."""
    condition = visible(scope)
    statement = f"""
        SELECT {VIEW}, CAST({STAMPS} AS text)
        FROM customer asked JOIN customer c ON c.id = asked.root_id
        WHERE asked.id = :id AND {condition}"""
    parameters = {"id": customer_id, **visibility_parameters(scope)}
    row = connection.exec_driver_sql(as_the_driver_takes_it(statement), parameters).one_or_none()
    if row is None:
        return None
    return Found(jsonio.loads(row[0]), as_of(connection, jsonio.loads(row[1])))


def list_views(
    connection: Connection, scope: Scope, ids: Sequence[UUID], *, deleted: bool = False
) -> list[View]:
    """The customers with these ids, in their order; without those that the caller may not see any more.

    Apart from the search for the ids: that one is planned anew for its values, this one is dear to plan.
    """
    if not ids:
        return []
    condition = visible_deleted(scope) if deleted else visible(scope)
    statement = f"""
        SELECT {VIEW} FROM unnest(CAST(:ids AS uuid[])) WITH ORDINALITY AS wanted (id, position)
        JOIN customer c ON c.id = wanted.id WHERE {condition} ORDER BY wanted.position"""
    parameters = {"ids": list(ids), **visibility_parameters(scope)}
    rows = connection.exec_driver_sql(as_the_driver_takes_it(statement), parameters)
    return [jsonio.loads(view) for (view,) in rows]


@lru_cache(maxsize=1_000)
def as_the_driver_takes_it(statement: str) -> str:
    """SQL with `:name` parameters for `exec_driver_sql`, which spares hot reads a third of their cost."""
    return str(text(statement).compile(dialect=_DIALECT))


def find_customer(
    connection: Connection, scope: Scope, customer_id: UUID, *, with_points: bool
) -> Customer | Moved | None:
    """The customer for an edit, if the caller may see it. Contact points only where they are needed."""
    statement = f"""
        SELECT c.id, c.name, c.name_source, c.status, c.channel, c.created_at, c.version, c.revision,
               c.assignee_id, c.team_ids, c.opt_ids, c.custom, c.folded,
               (SELECT json_agg(json_build_array(t.id, t.name, t.name_folded) ORDER BY t.name_folded)
                FROM tag t WHERE t.deleted_at IS NULL AND t.id IN (
                    SELECT coalesce(held.joined_to, held.id) FROM tag held
                    WHERE held.id = ANY(c.tag_ids))) AS tags
        FROM customer asked JOIN customer c ON c.id = asked.root_id
        WHERE asked.id = :id AND {visible(scope)}"""
    parameters = {"id": customer_id, **visibility_parameters(scope)}
    row = connection.execute(text(statement), parameters).one_or_none()
    if row is None or row.id != customer_id:
        return None if row is None else Moved(row.id)
    reached = reached_of(connection, [row.id])[row.id] if with_points else None
    folded = folded_as_of_now(connection, row.folded)
    return to_customer(row, tags=(Tag(*tag) for tag in row.tags or ()), reached=reached, folded=folded)


def members_of_deleted(
    connection: Connection, scope: Scope, customer_id: UUID, *, since: datetime
) -> list[UUID]:
    """The deleted customer and all records it is made of; empty if deleted before `since` or not shown."""
    statement = f"""
        SELECT c.id || ARRAY(SELECT m.id FROM customer m WHERE m.root_id = c.id AND m.root_id <> m.id
                             ORDER BY m.id)
        FROM customer c WHERE c.id = :id AND c.deleted_at > :since AND {visible_deleted(scope)}"""
    row = connection.execute(text(statement), {"id": customer_id, "since": since}).one_or_none()
    return row[0] if row else []


def points_of(connection: Connection, records: Iterable[UUID]) -> dict[UUID, Points]:
    """The contact points of these records, oldest first. For writes: answers take them from the views."""
    points: dict[UUID, Points] = {}
    if wanted := list(records):
        for row in connection.execute(_POINTS_OF, {"records": wanted}):
            points[row.customer_id] = (*points.get(row.customer_id, ()), _to_point(row))
    return points


def reached_of(connection: Connection, roots: Iterable[UUID]) -> dict[UUID, Reached]:
    """The contact points of these customers, by the records that hold them. For writes, too."""
    wanted = sorted(set(roots))
    records: dict[UUID, dict[UUID, Points]] = {root: {} for root in wanted}
    named: dict[UUID, dict[str, UUID]] = {}
    for row in connection.execute(_REACHED, {"roots": wanted}) if wanted else ():
        of_root = records[row.root_id]
        of_root[row.customer_id] = (*of_root.get(row.customer_id, ()), _to_point(row))
        named[row.root_id] = {kind: UUID(point) for kind, point in (row.primary_ids or {}).items()}
    return {root: Reached(root, records[root], named.get(root, {})) for root in wanted}


def folded_as_of_now(connection: Connection, folded: Folded | None) -> Folded | None:
    """What was folded into a row, its tags by the numbers that they have when the row is written again."""
    if not folded or not folded.get("tags"):
        return folded
    meant = connection.execute(_MEANT, {"numbers": folded["tags"]})
    return {**folded, "tags": sorted({row.meant for row in meant})}


def roots_of(connection: Connection, scope: Scope, ids: Sequence[UUID]) -> dict[str, Whole]:
    """Of each id that the caller may see: the customer that it is part of now."""
    statement = f"""
        SELECT CAST(asked.id AS text), CAST(c.id AS text),
               (SELECT json_agg(m.id ORDER BY m.id) FROM customer m
                WHERE m.root_id = c.id AND m.root_id <> m.id), CAST(c.team_ids AS text[])
        FROM unnest(CAST(:ids AS uuid[])) AS wanted (id)
        JOIN customer asked ON asked.id = wanted.id JOIN customer c ON c.id = asked.root_id
        WHERE {visible(scope)}"""
    rows = connection.execute(text(statement), {"ids": list(ids), **visibility_parameters(scope)})
    return {asked: Whole(root, [root, *(others or ())], teams) for asked, root, others, teams in rows}


def survivors_of(connection: Connection, scope: Scope, ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Of each id that the caller may see: the customer that it is part of now."""
    statement = f"""
        SELECT asked.id AS asked, c.id AS root FROM customer asked JOIN customer c ON c.id = asked.root_id
        WHERE asked.id = ANY(CAST(:ids AS uuid[])) AND {visible(scope)}"""
    parameters = {"ids": list(ids), **visibility_parameters(scope)}
    return {row.asked: row.root for row in connection.execute(text(statement), parameters)}


def members_of(
    connection: Connection, scope: Scope, ids: Sequence[UUID]
) -> dict[UUID, tuple[UUID, list[UUID]]]:
    """The same with ids as the database has them: the customer, and all records it is made of."""
    found = roots_of(connection, scope, ids)
    return {UUID(asked): (UUID(whole.id), list(map(UUID, whole.members))) for asked, whole in found.items()}


def to_customer(
    row: Row[Any], *, tags: Iterable[Tag], folded: Folded | None, reached: Reached | None = None
) -> Customer:
    """From a row with the columns that edits look at."""
    return Customer(
        id=row.id,
        name=row.name,
        name_source=row.name_source,
        status=row.status,
        channel=row.channel,
        created_at=row.created_at,
        version=row.version,
        revision=row.revision,
        points=reached.shown if reached else (),
        team_ids=frozenset(row.team_ids),
        assignee_id=row.assignee_id,
        tags=tuple(tags),
        custom=row.custom or {},
        option_ids=tuple(row.opt_ids or ()),
        reached=reached,
        folded=folded,
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
