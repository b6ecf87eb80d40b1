"""Keeps `customer_search`: one row for each live customer, equal to what is in the other tables.

Whoever changes a name, tags, teams or contact points, or deletes, restores or joins customers, calls
`refresh` in the same transaction, with the customers locked.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text

# Entries are sorted by bytes, as registry/domain/entries.py sorts them.
ROWS: Final = """
    SELECT c.id, c.team_ids, c.tag_ids, c.name_search,
           E'\\n' || c.name_search || E'\\n' || coalesce(
               (SELECT string_agg(entry || E'\\n', '' ORDER BY entry COLLATE "C")
                FROM (SELECT DISTINCT replace(p.search, ' ', E'\\n') AS entry
                      FROM contact_point p WHERE p.root_id = c.id) entries), '')
    FROM customer c WHERE c.live"""

# What did not change is not written: an index over texts is dear to change.
_REFRESH = text(f"""
    WITH kept AS (
        INSERT INTO customer_search AS s (customer_id, team_ids, tag_ids, name_search, text)
        {ROWS} AND c.id = ANY(CAST(:ids AS uuid[])) ORDER BY c.id
        ON CONFLICT (customer_id) DO UPDATE SET team_ids = excluded.team_ids, tag_ids = excluded.tag_ids,
            name_search = excluded.name_search, text = excluded.text
        WHERE (s.team_ids, s.tag_ids, s.name_search, s.text)
              IS DISTINCT FROM (excluded.team_ids, excluded.tag_ids, excluded.name_search, excluded.text))
    DELETE FROM customer_search s USING customer c
    WHERE s.customer_id = ANY(CAST(:ids AS uuid[])) AND c.id = s.customer_id AND NOT c.live""")


def refresh(connection: Connection, ids: Iterable[UUID]) -> None:
    """Make the rows of these customers what they should be. One statement, however many they are."""
    if wanted := sorted(set(ids)):
        connection.execute(_REFRESH, {"ids": wanted})
