"""Customers that an import made, deleted as an administrator would: they can be restored."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from identity import Identity
from servicekit.database.failures import ChangedMeanwhile
from services.customers.bulk.repository import delete_customers
from services.customers.importing.saving import ORIGIN, tell
from services.customers.registry import holders, index
from services.customers.registry.announcements import Changed
from services.customers.registry.domain.customer import FieldChange
from services.customers.registry.repository import record_changes
from services.customers.registry.writing import Work


def remove(work: Work, ids: Sequence[UUID], *, locked: Collection[Identity]) -> None:
    """The caller locked them, and the keys of `locked`. Each is a single record."""
    if not ids:
        return
    connection = work.uow.connection
    held = holders.held_by(connection, ids)
    if not {identity for identity, _ in held} <= set(locked):
        raise ChangedMeanwhile
    holders.release(connection, held)
    rows = delete_customers(connection, ids, by=work.scope.user_id, at=work.at)
    index.refresh(connection, ids)
    entries = ((row.id, FieldChange("deleted", False, True)) for row in rows)
    record_changes(connection, entries, author=work.author(ORIGIN))
    tell(work, [Changed(row.id, row.version, row.revision, "deleted", members=[row.id]) for row in rows])
