"""Who has something in common with what somebody types: from the index, always for a bounded effort.

A key that thousands have is met by the first of them. So two pieces of a name are looked for at once, and
only where nobody has two, one: of all who are Maria S or M Silva those matter who are both.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text

from services.dedup.check.domain.likely import Candidate
from services.dedup.domain.facts import Facts
from services.dedup.domain.keys import clue_keys, name_keys

_OF_A_CLUE: Final = 20
_OF_A_NAME: Final = 80
_ENOUGH: Final = 20
_MAX_CLUES: Final = 60
_MAX_NAME_KEYS: Final = 4

_BY_CLUE = text("""
    SELECT i.customer_id, i.facts FROM (
        SELECT DISTINCT met.customer_id FROM unnest(CAST(:keys AS bigint[])) AS k (key)
        CROSS JOIN LATERAL (SELECT customer_id FROM indexed_customer
                            WHERE keys @> ARRAY[k.key] LIMIT :most) AS met) AS found
    JOIN indexed_customer i USING (customer_id)""")
_BY_NAME = text("""
    SELECT DISTINCT met.customer_id, met.name
    FROM unnest(CAST(:first AS bigint[]), CAST(:second AS bigint[])) AS k (first, second)
    CROSS JOIN LATERAL (SELECT customer_id, name FROM indexed_customer
                        WHERE keys @> ARRAY[k.first, k.second] LIMIT :most) AS met""")


def by_clue(connection: Connection, typed: Facts) -> list[Candidate]:
    """Those who may have an address like the typed ones."""
    keys = clue_keys(typed)[:_MAX_CLUES] if typed.points else []
    rows = connection.execute(_BY_CLUE, {"keys": keys, "most": _OF_A_CLUE}) if keys else ()
    return [Candidate(row.customer_id, Facts.load(row.facts)) for row in rows]


def by_name(connection: Connection, name: str) -> dict[UUID, str]:
    """The names of those who may be called so."""
    keys = name_keys(name)[:_MAX_NAME_KEYS] if name else []
    found = _called(connection, combinations(keys, 2))
    return found if len(found) >= _ENOUGH else found | _called(connection, ((key, key) for key in keys))


def _called(connection: Connection, pairs: Iterable[tuple[int, int]]) -> dict[UUID, str]:
    """Those who have both keys of a pair."""
    wanted = list(pairs)
    if not wanted:
        return {}
    first, second = map(list, zip(*wanted, strict=True))
    rows = connection.execute(_BY_NAME, {"first": first, "second": second, "most": _OF_A_NAME})
    return {row.customer_id: row.name for row in rows}
