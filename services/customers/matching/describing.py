"""What customers are alike by, for the index of the dedup service: names, addresses, records. Nothing else.

Whole tables pass through here: each table is met once a page, and PostgreSQL writes the JSON.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

from servicekit import jsonio
from services.customers.registry.queries import as_the_driver_takes_it

Json = dict[str, Any]
_FIRST: Final = UUID(int=0)
_YIELD_EVERY: Final = 100

# `c` is whom it is about.
_DESCRIPTIONS = """
    p AS (SELECT p.root_id, json_agg(json_build_array(p.kind, p.value, p.space, p.identity)
                                     ORDER BY p.created_at, p.id) AS points
          FROM c JOIN contact_point p ON p.root_id = c.id GROUP BY p.root_id),
    m AS (SELECT m.root_id, json_agg(m.id ORDER BY m.id) AS others
          FROM c JOIN customer m ON m.root_id = c.id AND m.root_id <> m.id GROUP BY m.root_id)
    SELECT CAST(json_build_array(c.id, c.revision, c.name, m.others, p.points, c.created_at, a.last_at)
                AS text)"""
_JOINED = """
    FROM c LEFT JOIN customer_activity a ON a.customer_id = c.id
    LEFT JOIN p ON p.root_id = c.id LEFT JOIN m ON m.root_id = c.id ORDER BY c.id"""

_DESCRIBE = f"""
    WITH c AS MATERIALIZED (
        SELECT c.id, c.revision, c.name, c.created_at, array_agg(asked.id) AS asked
        FROM customer asked JOIN customer c ON c.id = asked.root_id
        WHERE asked.id = ANY(CAST(:ids AS uuid[])) AND c.live GROUP BY c.id),
    {_DESCRIPTIONS}, c.asked {_JOINED}"""

_PAGE = f"""
    WITH c AS MATERIALIZED (
        SELECT id, revision, name, created_at FROM customer
        WHERE live AND id > CAST(:after AS uuid) ORDER BY id LIMIT :limit),
    {_DESCRIPTIONS} {_JOINED}"""


def describe(connection: Connection, ids: Sequence[UUID]) -> tuple[list[Json], set[UUID]]:
    """The live customers that these ids are part of, and which of the ids those are."""
    rows = connection.exec_driver_sql(as_the_driver_takes_it(_DESCRIBE), {"ids": list(ids)}).all()
    return _load_all(text for text, _ in rows), {each for _, asked in rows for each in asked}


def page(connection: Connection, *, after: UUID | None, limit: int) -> list[Json]:
    """The live customers that follow an id."""
    parameters = {"after": after or _FIRST, "limit": limit}
    rows = connection.exec_driver_sql(as_the_driver_takes_it(_PAGE), parameters)
    return _load_all(text for (text,) in rows)


def _load_all(texts: Iterable[str]) -> list[Json]:
    described = []
    for number, each in enumerate(texts, 1):
        if number % _YIELD_EVERY == 0:
            time.sleep(0)  # others want their turn
        described.append(_load(each))
    return described


def _load(text: str) -> Json:
    """Its own record first among its members. An address that several of them brought is one."""
    id, revision, name, others, points, created_at, last_at = jsonio.loads(text)
    unique = {(kind, space, identity): value for kind, value, space, identity in points or ()}
    return {
        "id": id,
        "revision": revision,
        "name": name,
        "members": [id, *(others or ())],
        "points": [
            {"kind": kind, "value": value, "space": space, "identity": identity}
            for (kind, space, identity), value in unique.items()
        ],
        "created_at": _moment(created_at),
        "last_at": _moment(last_at),
    }


def _moment(text: str | None) -> str | None:
    """PostgreSQL's RFC 3339 in ours: the session's zone is UTC."""
    return None if text is None else text.replace("+00:00", "Z")
