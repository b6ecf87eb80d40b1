"""Many customers at once: what HTTP would take a minute for."""

from __future__ import annotations

import psycopg

from servicekit.ids import new_id

_CROWD = """
    WITH fresh AS (
        INSERT INTO customer (id, root_id, name, name_source, name_search, status, channel, team_ids,
                              created_at, updated_at)
        SELECT id, id, 'Somebody', 'manual', 'somebody', 'active', 'manual', ARRAY[%(team)s::uuid],
               now(), now()
        FROM unnest(%(ids)s::uuid[]) AS id RETURNING id, team_ids, name_search),
    active AS (INSERT INTO customer_activity (customer_id) SELECT id FROM fresh)
    INSERT INTO customer_search (customer_id, team_ids, tag_ids, name_search, text)
    SELECT id, team_ids, '{}', name_search, E'\\n' || name_search || E'\\n' FROM fresh"""


def a_crowd(database_url: str, team: str, count: int) -> list[str]:
    """The ids of as many customers of that team, in order."""
    ids = [str(new_id()) for _ in range(count)]
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(_CROWD, {"ids": ids, "team": team})
    return ids


def forget(database_url: str, ids: list[str]) -> None:
    """Takes them away again: no event told of them, so no other service could follow."""
    with psycopg.connect(database_url) as connection:
        for table, column in (
            ("change", "customer_id"),
            ("customer_search", "customer_id"),
            ("customer_activity", "customer_id"),
            ("customer", "id"),
        ):
            connection.execute(f"DELETE FROM {table} WHERE {column} = ANY(%s::uuid[])", (ids,))


def versions_of(database_url: str, ids: list[str]) -> set[int]:
    """The versions that these customers have: one, if all were changed equally often."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        rows = connection.execute("SELECT DISTINCT version FROM customer WHERE id = ANY(%s::uuid[])", (ids,))
        return {version for (version,) in rows.fetchall()}


def changes_of(database_url: str, ids: list[str]) -> int:
    """How many entries the history of changes has of them."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        row = connection.execute("SELECT count(*) FROM change WHERE customer_id = ANY(%s::uuid[])", (ids,))
        return int(row.fetchone()[0])  # type: ignore[index]
