"""Who has something in common with what somebody types: from the index, always for a bounded effort."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final

from sqlalchemy import Connection, text

from services.dedup.check.domain.likely import Candidate
from services.dedup.domain.facts import Facts
from services.dedup.domain.keys import clue_keys, name_keys

# Of each key, or of two of a name at once: thousands are called Maria S or M Silva, and of them those matter
# who are both.
_OF_EACH: Final = 40
_MAX_CLUES: Final = 60
_MAX_NAME_KEYS: Final = 6

_CANDIDATES = text("""
    SELECT i.customer_id, i.facts FROM (
        SELECT DISTINCT met.customer_id
        FROM unnest(CAST(:first AS bigint[]), CAST(:second AS bigint[])) AS k (first, second)
        CROSS JOIN LATERAL (SELECT customer_id FROM indexed_customer
                            WHERE keys @> ARRAY[k.first, k.second] LIMIT :of_each) AS met) AS found
    JOIN indexed_customer i USING (customer_id)""")


def find_candidates(connection: Connection, typed: Facts) -> list[Candidate]:
    """Everybody with a rare thing in common, and some of those with frequent ones."""
    wanted = list(_wanted(typed))
    if not wanted:
        return []
    first, second = map(list, zip(*wanted, strict=True))
    rows = connection.execute(_CANDIDATES, {"first": first, "second": second, "of_each": _OF_EACH})
    return [Candidate(row.customer_id, Facts.load(row.facts)) for row in rows]


def _wanted(typed: Facts) -> Iterator[tuple[int, int]]:
    """Two keys that one customer has to have; twice the same is one."""
    names: Sequence[int] = name_keys(typed.name)[:_MAX_NAME_KEYS] if typed.name else ()
    clues = clue_keys(typed)[:_MAX_CLUES] if typed.points else ()
    yield from ((key, key) for key in (*clues, *names))
    yield from combinations(names, 2)
