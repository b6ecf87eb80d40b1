"""Customers that are to become one: looked at, locked, looked at again, and whose values they would have."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from servicekit.errors import Invalid, Stale
from services.customers.fields.domain.values import render
from services.customers.merging import repository
from services.customers.merging.domain.asked import Asked, read_asked, read_versions
from services.customers.merging.domain.choosing import Candidate, Chosen, choose
from services.customers.merging.domain.parting import tree_of
from services.customers.merging.domain.record import CUSTOM, PRIMARY, Record, values_of
from services.customers.messages import customer_message
from services.customers.registry import queries as customers
from services.customers.registry import writing
from services.customers.registry.domain.contacts import Points
from services.customers.registry.domain.customer import PRIMARY_KINDS
from services.customers.registry.domain.united import Reached
from services.customers.registry.writing import Work

MOST_RECORDS: Final = 100


@dataclass(frozen=True, slots=True)
class Case:
    """Customers about to become one, locked: all their records, the customers themselves, their addresses."""

    asked: Asked
    records: Mapping[UUID, Record]
    candidates: Sequence[Candidate]
    reached: Reached
    chosen: Mapping[str, Chosen]

    @property
    def primary(self) -> Candidate:
        return self.candidates[0]


def gather(work: Work, data: Mapping[str, Any], *, versions: Any) -> Case:
    """Raises NotFound, Stale with those that were changed or merged since, Invalid for what cannot be."""
    definitions = work.configuration.fields
    asked = read_asked(data, definitions, masked=work.masked)
    wanted = read_versions(versions, asked.customers)
    _check_there(work, asked)
    records = repository.lock(work.uow.connection, asked.customers, definitions)
    # Under the locks: they may have gone, or to other teams, while we waited.
    _check_there(work, asked)
    _check_versions(work, records, wanted or {})
    if len(records) > MOST_RECORDS:
        detail = f"a customer can be made of {MOST_RECORDS} records"
        raise Invalid.at("/duplicates", "too_many_records", detail)
    points = customers.points_of(work.uow.connection, records)
    candidates = [_candidate(work, records, points, id_) for id_ in asked.customers]
    chosen = choose(candidates, asked.values)
    return Case(asked, records, candidates, _reached(records[asked.primary], points), chosen)


def _reached(root: Record, points: Mapping[UUID, Points]) -> Reached:
    """These contact points, by their records, as this customer shows them."""
    return Reached(root.id, points, {kind: UUID(named) for kind, named in root.primary_ids.items()})


def _check_there(work: Work, asked: Asked) -> None:
    """All must be customers that the caller may see; part of another one by now is something to look at."""
    found = customers.survivors_of(work.uow.connection, work.scope, asked.customers)
    if found.keys() != set(asked.customers):
        raise writing.not_found()
    if moved := [asked for asked, root in found.items() if asked != root]:
        raise _stale(work, moved)


def _check_versions(work: Work, records: Mapping[UUID, Record], wanted: Mapping[UUID, int]) -> None:
    if stale := [id_ for id_, version in wanted.items() if records[id_].version != version]:
        raise _stale(work, stale)


def _stale(work: Work, changed: Collection[UUID]) -> Stale:
    current = {}
    for id_ in changed:
        found = customers.find_view(work.uow.connection, work.scope, id_)
        if found is None:
            raise writing.not_found()
        current[str(id_)] = customer_message(found.view, work.scope, found.configuration)
    return Stale("stale", {"current": current})


def _candidate(
    work: Work, records: Mapping[UUID, Record], points: Mapping[UUID, Points], id_: UUID
) -> Candidate:
    definitions, record = work.configuration.fields, records[id_]
    own = {each: points[each] for each in tree_of(records, id_) if each in points}
    shown = {point.kind: point for point in _reached(record, own).shown if point.primary}
    held = values_of(record, definitions)
    held |= {PRIMARY + kind: str(shown[kind].id) if kind in shown else None for kind in PRIMARY_KINDS}
    custom = render(definitions, record.custom, sorted(record.options))
    return Candidate(
        record,
        held,
        {
            "name": record.name,
            "status": record.status,
            "channel": record.channel,
            "assignee": record.assignee,
            **{kind: shown[kind].value for kind in PRIMARY_KINDS if kind in shown},
            **{CUSTOM + key: value for key, value in custom.items()},
        },
    )
