"""What customers are alike by, for the index of the dedup service: names, addresses, records. Nothing else.

Whole tables pass through here, so PostgreSQL writes the JSON.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

from servicekit import jsonio
from services.customers.registry.queries import as_the_driver_takes_it

Json = dict[str, Any]
_FIRST: Final = UUID(int=0)

# An address that several records brought is one. The customer's own record comes first, then the others.
_DESCRIPTION = """CAST(json_build_object(
    'id', c.id, 'revision', c.revision, 'name', c.name,
    'members', c.id || ARRAY(SELECT m.id FROM customer m WHERE m.root_id = c.id AND m.root_id <> m.id
                             ORDER BY m.id),
    'points', coalesce((
        SELECT json_agg(json_build_object('kind', p.kind, 'value', p.value, 'space', p.space,
                                          'identity', p.identity) ORDER BY p.created_at, p.id)
        FROM (SELECT DISTINCT ON (kind, space, identity) * FROM contact_point
              WHERE root_id = c.id ORDER BY kind, space, identity, created_at, id) p), '[]'),
    'created_at', c.created_at,
    'last_at', (SELECT a.last_at FROM customer_activity a WHERE a.customer_id = c.id)
    ) AS text)"""

_DESCRIBE = f"""
    SELECT {_DESCRIPTION}, found.asked
    FROM (SELECT asked.root_id, array_agg(asked.id) AS asked FROM customer asked
          WHERE asked.id = ANY(CAST(:ids AS uuid[])) GROUP BY asked.root_id) found
    JOIN customer c ON c.id = found.root_id WHERE c.live ORDER BY c.id"""

_PAGE = f"""
    SELECT {_DESCRIPTION} FROM (
        SELECT id, revision, name, created_at FROM customer
        WHERE live AND id > CAST(:after AS uuid) ORDER BY id LIMIT :limit) c
    ORDER BY c.id"""


def describe(connection: Connection, ids: Sequence[UUID]) -> tuple[list[Json], set[UUID]]:
    """The live customers that these ids are part of, and which of the ids those are."""
    rows = connection.exec_driver_sql(as_the_driver_takes_it(_DESCRIBE), {"ids": list(ids)}).all()
    return [_load(row[0]) for row in rows], {each for row in rows for each in row[1]}


def page(connection: Connection, *, after: UUID | None, limit: int) -> list[Json]:
    """The live customers that follow an id."""
    parameters = {"after": after or _FIRST, "limit": limit}
    rows = connection.exec_driver_sql(as_the_driver_takes_it(_PAGE), parameters)
    return [_load(text) for (text,) in rows]


def _load(text: str) -> Json:
    """With the moments in our spelling: the session's zone is UTC."""
    described: Json = jsonio.loads(text)
    for name in ("created_at", "last_at"):
        described[name] = described[name] and described[name].replace("+00:00", "Z")
    return described
