"""Reads of customers: SQL straight to plain rows. Whatever leaves the service is filtered by visibility.py."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from identity import Identity
from services.customers.registry.domain.contacts import Point, Points

_POINTS_OF = text("""
    SELECT id, customer_id, kind, value, raw, scope, label, is_primary, space, identity, created_at
    FROM contact_point WHERE customer_id = ANY(CAST(:customers AS uuid[])) ORDER BY created_at, id""")


def points_of(connection: Connection, customers: Iterable[UUID]) -> dict[UUID, Points]:
    """The contact points of these customers, oldest first. For writes: answers take them from the views."""
    points: dict[UUID, Points] = {}
    if wanted := list(customers):
        for row in connection.execute(_POINTS_OF, {"customers": wanted}):
            points[row.customer_id] = (*points.get(row.customer_id, ()), _to_point(row))
    return points


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
