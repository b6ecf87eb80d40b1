"""One batch of deletions: identity keys first, then the customers with all records they are made of."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final
from uuid import UUID

from servicekit.database.failures import ChangedMeanwhile
from services.customers.bulk import repository
from services.customers.bulk.domain.outcome import Outcome, not_found
from services.customers.bulk.editing import Batch
from services.customers.registry import announcements, holders, index, queries
from services.customers.registry.announcements import Changed
from services.customers.registry.domain.customer import FieldChange
from services.customers.registry.repository import lock_customers, record_changes
from services.customers.registry.writing import Work

BATCH: Final = 200  # each brings the keys of all its addresses


def delete(work: Work, batch: Batch) -> Outcome:
    """Each customer of the batch deleted, or refused because it is not there (any more)."""
    wanted = [target for target in batch.asked if target not in batch.stood_for]
    found = queries.members_of(work.uow.connection, work.scope, wanted)
    members = dict(found.values())
    _lock(work, found.keys(), members)
    _mark(work, members)
    refused = [not_found(target) for target in wanted if target not in found]
    return Outcome(len(members), len(batch.asked) - len(members) - len(refused), refused)


def _lock(work: Work, asked: Collection[UUID], members: Mapping[UUID, Sequence[UUID]]) -> None:
    """Everything that goes, locked and as it was read; its identities are free."""
    connection = work.uow.connection
    records = {record: root for root, several in members.items() for record in several}
    held = holders.held_by(connection, list(records))
    holders.lock(connection, [identity for identity, _ in held])
    locked = lock_customers(connection, {*records, *asked})
    still = {record: row.root_id for record, row in locked.items() if row.deleted_at is None}
    if still != records or set(holders.held_by(connection, list(records))) != set(held):
        raise ChangedMeanwhile
    again = queries.members_of(connection, work.scope, list(members))
    if {root: set(several) for root, several in again.values()} != {r: set(s) for r, s in members.items()}:
        raise ChangedMeanwhile
    holders.release(connection, held)


def _mark(work: Work, members: Mapping[UUID, Sequence[UUID]]) -> None:
    """These customers are deleted, with all records they are made of."""
    if not members:
        return
    connection, roots = work.uow.connection, sorted(members)
    rows = repository.delete_customers(connection, roots, by=work.scope.user_id, at=work.at)
    index.refresh(connection, roots)
    entries = ((row.id, FieldChange("deleted", False, True)) for row in rows)
    record_changes(connection, entries, author=work.author())
    told = [Changed(row.id, row.version, row.revision, "deleted", members=members[row.id]) for row in rows]
    work.uow.outbox.add(announcements.customers_changed_v1(told))
