"""Pairs of customers that changed, made anew: compared with whoever shares a clue with them."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, TextClause

from servicekit import jsonio
from services.dedup.domain.facts import Facts
from services.dedup.domain.score import compare
from services.dedup.index import arrays
from services.dedup.index.repository import Changes
from services.dedup.pairs import meeting, repository, statements
from services.dedup.pairs.meeting import TextEnds
from services.dedup.pairs.repository import Ends, Found

_YIELD_EVERY: Final = 50


@dataclass(frozen=True, slots=True)
class Met:
    """Customers that change, the facts of those that stay, and which pairs of anybody are to be compared."""

    ids: frozenset[UUID] = frozenset()
    facts: Mapping[str, Facts] = field(default_factory=dict)
    ends: frozenset[TextEnds] = frozenset()


def meet(connection: Connection, changes: Changes) -> Met:
    """Under the index's lock, before the changes are put: what nobody has yet is found missing at once."""
    staying = [each for each in changes.changed if each.id not in changes.gone]
    known = {each.id for each in changes.changed} - changes.new
    keys = {each.id: each.keys for each in staying}
    ends = meeting.meet(connection, keys, without=known | changes.left)
    facts = {str(each.id): each.facts for each in staying}
    return Met(frozenset(each.id for each in changes.changed), facts, frozenset(ends))


def remake(
    connection: Connection, met: Met, *, others: Collection[UUID], left: Collection[UUID], at: datetime
) -> None:
    """All pairs of those who were met and of others in the index, and none of those that left.

    Under the index's lock, when the changes are put.
    """
    looked_at = {*met.ids, *others, *left}
    if looked_at:
        repository.replace(connection, looked_at, find(connection, others, met), at=at)


def owners(connection: Connection, records: Collection[UUID]) -> set[UUID]:
    """The customers that these records belong to, as far as they are in the index."""
    if not records:
        return set()
    return set(connection.execute(statements.OWNERS, {"records": arrays.sorted_ids(records)}).scalars())


def find(connection: Connection, customers: Collection[UUID], met: Met | None = None) -> list[Found]:
    """What these customers are alike, whether or not it is known; nothing that was decided."""
    met = met or Met()
    told = _texts(said(connection, statements.TOLD, {*customers, *met.ids}))
    ends = met.ends | _candidates(connection, set(customers) - met.ids) | told
    facts = dict(met.facts)
    facts.update(_facts(connection, {end for both in ends for end in both} - facts.keys()))
    found = _compared(ends, facts, told)
    decided = said(connection, statements.DECIDED, {end for each in found for end in each.ends})
    return sorted((each for each in found if each.ends not in decided), key=lambda each: each.ends)


def _candidates(connection: Connection, customers: Collection[UUID]) -> set[TextEnds]:
    """Of customers as the index has them."""
    if not customers:
        return set()
    rows = connection.execute(statements.KEYS, {"ids": arrays.sorted_ids(customers)}).all()
    return meeting.meet(connection, {row.customer_id: row.keys for row in rows}, without=customers)


def said(connection: Connection, statement: TextClause, changed: Collection[UUID]) -> set[Ends]:
    """What was told or decided (statements.TOLD, DECIDED) of these customers and anybody else."""
    if not changed:
        return set()
    rows = connection.execute(statement, {"ids": arrays.sorted_ids(changed)})
    return {(row.first_id, row.second_id) for row in rows}


def _texts(ends: Iterable[Ends]) -> set[TextEnds]:
    return {(str(first), str(second)) for first, second in ends}


def _facts(connection: Connection, ids: Collection[str]) -> dict[str, Facts]:
    if not ids:
        return {}
    rows = connection.execute(statements.FACTS, {"ids": arrays.of_texts(sorted(ids))})
    return {id_: Facts.load(jsonio.loads(facts)) for id_, facts in rows}


def _compared(ends: Collection[TextEnds], facts: Mapping[str, Facts], told: set[TextEnds]) -> list[Found]:
    found = []
    for number, both in enumerate(ends, 1):
        if number % _YIELD_EVERY == 0:
            time.sleep(0)  # others want their turn, in a service
        a, b = facts.get(both[0]), facts.get(both[1])
        likeness = compare(a, b, told=both in told) if a is not None and b is not None else None
        if likeness is not None:
            found.append(Found(UUID(both[0]), UUID(both[1]), likeness))
    return found
