"""Delete and restore: a deleted customer frees its addresses at once, and can come back for thirty days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import text

from servicekit.database import UnitOfWork
from servicekit.database.failures import ChangedMeanwhile
from servicekit.errors import Forbidden, Stale
from servicekit.scope import Scope
from services.customers.registry import announcements, holders, index, queries, repository, writing
from services.customers.registry.announcements import Changed
from services.customers.registry.domain import contacts
from services.customers.registry.domain.addresses import address_of
from services.customers.registry.domain.customer import FieldChange
from services.customers.registry.duplicates import Refused
from services.customers.registry.repository import LockedCustomer
from services.customers.registry.writing import Json, Seen, Work

KEPT: Final = timedelta(days=30)

_MARK = text("""
    UPDATE customer SET deleted_at = :deleted_at, deleted_by = CAST(:by AS uuid), updated_at = :at,
           version = version + 1, revision = revision + 1 WHERE id = :id""")
_ABSORBED = text("SELECT id FROM customer WHERE root_id = :id AND root_id <> id")


def delete(
    uow: UnitOfWork,
    scope: Scope,
    customer_id: UUID,
    *,
    seen: Seen,
) -> Json:
    """Nobody's customer any more; whom it was merged into, if it was."""
    work = _begin(uow, scope, at=seen.at)
    if writing.find_outcome(work, seen.key):
        return {}
    customer = queries.find_customer(uow.connection, scope, customer_id, with_points=False)
    if customer is None:
        raise writing.not_found()
    if isinstance(customer, queries.Moved):
        uow.idempotency.forget()
        return {"moved_to": str(customer.to)}
    members = _members(uow, scope, customer_id)
    held = holders.held_by(uow.connection, members)
    holders.lock(uow.connection, [identity for identity, _ in held])
    row = _locked_root(work, customer_id, members)
    if row.deleted_at is not None or set(holders.held_by(uow.connection, members)) != set(held):
        raise ChangedMeanwhile
    if seen.version not in (None, row.version):
        raise Stale("stale", {"current": writing.answer(work, customer_id)["customer"]})
    holders.release(uow.connection, held)
    _mark(work, row, members, "deleted", deleted_at=seen.at)
    uow.idempotency.finish({"status": 204, "id": str(customer_id), "version": row.version + 1})
    return {}


def restore(
    uow: UnitOfWork,
    scope: Scope,
    customer_id: UUID,
    *,
    seen: Seen,
) -> Json | Refused:
    """The customer as it was, unless somebody else holds one of its addresses by now."""
    work = _begin(uow, scope, at=seen.at)
    if outcome := writing.find_outcome(work, seen.key):
        return writing.answer(work, UUID(outcome["id"]), replayed=True)
    members = queries.members_of_deleted(uow.connection, scope, customer_id, since=seen.at - KEPT)
    if not members:
        raise writing.not_found()
    points = queries.points_of(uow.connection, members)
    claims = [
        (identity, owner) for owner in members for identity in contacts.identities(points.get(owner, ()))
    ]
    addresses = [address_of(point) for several in points.values() for point in several]
    locked, found = writing.lock(
        work,
        [identity for identity, _ in claims],
        lambda held: writing.others(addresses, held, besides=customer_id),
    )
    if found:
        return writing.refuse(work, found, locked)
    row = _locked_root(work, customer_id, members)
    if row.deleted_at is None:
        raise ChangedMeanwhile
    holders.claim(uow.connection, writing.in_lock_order(claims), held=locked.held)
    _mark(work, row, members, "restored", deleted_at=None)
    let_in = writing.others(addresses, locked.held, besides=customer_id)
    warnings = writing.let_through(work, customer_id, let_in) if let_in else []
    uow.idempotency.finish({"status": 200, "id": str(customer_id), "version": row.version + 1})
    return writing.answer(work, customer_id, warnings=warnings)


def _members(uow: UnitOfWork, scope: Scope, customer_id: UUID) -> list[UUID]:
    found = queries.members_of(uow.connection, scope, [customer_id])
    if customer_id not in found:
        raise ChangedMeanwhile
    return found[customer_id][1]


def _begin(uow: UnitOfWork, scope: Scope, *, at: datetime) -> Work:
    if not scope.is_admin:
        raise Forbidden("administrators_only")
    return writing.begin(uow, scope, at=at)


def _locked_root(work: Work, customer_id: UUID, members: Sequence[UUID]) -> LockedCustomer:
    """The customer, locked with all records it is made of. ChangedMeanwhile if a merge came in between."""
    locked = repository.lock_customers(work.uow.connection, members)
    if locked.keys() != set(members) or any(row.root_id != customer_id for row in locked.values()):
        raise ChangedMeanwhile
    # A merge that was quicker may have brought more of them: none gets in past these locks.
    absorbed = work.uow.connection.execute(_ABSORBED, {"id": customer_id}).scalars()
    if {customer_id, *absorbed} != set(members):
        raise ChangedMeanwhile
    return locked[customer_id]


def _mark(
    work: Work, row: LockedCustomer, members: Sequence[UUID], kind: str, *, deleted_at: datetime | None
) -> None:
    by = work.scope.user_id if deleted_at else None
    parameters = {"id": row.id, "deleted_at": deleted_at, "by": by, "at": work.at}
    work.uow.connection.execute(_MARK, parameters)
    index.refresh(work.uow.connection, [row.id])
    change = FieldChange("deleted", deleted_at is None, deleted_at is not None)
    repository.record_changes(work.uow.connection, [(row.id, change)], author=work.author())
    told = Changed(row.id, row.version + 1, row.revision + 1, kind, members=members)
    work.uow.outbox.add(announcements.customers_changed_v1([told]))
