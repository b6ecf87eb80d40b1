"""Pairs of customers that changed, made anew: compared with whoever shares a clue with them."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, TextClause

from services.dedup.domain.facts import Facts
from services.dedup.domain.score import compare
from services.dedup.pairs import repository, statements
from services.dedup.pairs.repository import Ends, Found

CROWD: Final = 51  # one more than a clue may have people
_YIELD_EVERY: Final = 50


def remake(
    connection: Connection, changed: Collection[UUID], *, left: Collection[UUID], at: datetime
) -> None:
    """All pairs of customers that changed, and none of those that left. Under the index's lock."""
    if changed or left:
        found = find(connection, changed) if changed else []
        repository.replace(connection, {*changed, *left}, found, at=at)


def owners(connection: Connection, records: Collection[UUID]) -> set[UUID]:
    """The customers that these records belong to, as far as they are in the index."""
    if not records:
        return set()
    return set(connection.execute(statements.OWNERS, {"records": sorted(records)}).scalars())


def find(connection: Connection, changed: Collection[UUID]) -> list[Found]:
    """What these customers are alike, whether or not it is known; nothing that was decided."""
    told = said(connection, statements.TOLD, changed)
    ends = _candidates(connection, set(changed)) | told
    ends -= said(connection, statements.DECIDED, changed) if ends else set()
    facts = _facts(connection, {end for both in ends for end in both})
    return [found for found in _compared(ends, facts, told) if found is not None]


def _candidates(connection: Connection, changed: set[UUID]) -> set[Ends]:
    keys = list(connection.execute(statements.KEYS, {"ids": sorted(changed)}).scalars())
    if not keys:
        return set()
    groups = connection.execute(statements.CANDIDATES, {"keys": keys, "crowd": CROWD}).scalars()
    return {
        (min(ours, theirs), max(ours, theirs))
        for group in groups
        for ours in changed.intersection(group)
        for theirs in group
        if ours != theirs
    }


def said(connection: Connection, statement: TextClause, changed: Collection[UUID]) -> set[Ends]:
    """What was told or decided (statements.TOLD, DECIDED) of these customers and anybody else."""
    rows = connection.execute(statement, {"ids": sorted(changed)})
    return {(row.first_id, row.second_id) for row in rows}


def _facts(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, Facts]:
    rows = connection.execute(statements.FACTS, {"ids": sorted(ids)})
    return {row.customer_id: Facts.load(row.facts) for row in rows}


def _compared(ends: Collection[Ends], facts: Mapping[UUID, Facts], told: set[Ends]) -> Iterator[Found | None]:
    for number, both in enumerate(sorted(ends), 1):
        if number % _YIELD_EVERY == 0:
            time.sleep(0)  # others want their turn, in a service
        a, b = (facts.get(end) for end in both)
        if a is not None and b is not None:
            likeness = compare(a, b, told=both in told)
            yield None if likeness is None else Found(*both, likeness)
