"""What was deleted thirty days ago is erased, in every place that holds a customer's id."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text

from servicekit.database import Transactions, UnitOfWork
from services.customers.registry import announcements
from services.customers.registry.announcements import Changed
from services.customers.registry.removal import KEPT

BATCH: Final = 200

# Every place that holds a customer's id, children first, with how its rows are found. A test compares this
# with the tables: a new place belongs in here before it can be used.
CATALOGUE: Final = {
    "message.interaction_id": "interaction_id IN (SELECT id FROM interaction WHERE customer_id = ANY(:ids))",
    "history_count.customer_id": "customer_id = ANY(:ids)",
    "conversation_request.customer_id": "customer_id = ANY(:ids)",
    "interaction.customer_id": "customer_id = ANY(:ids)",
    "contact_point.customer_id": "customer_id = ANY(:ids)",
    "identity_holder.customer_id": "customer_id = ANY(:ids)",
    "customer_search.customer_id": "customer_id = ANY(:ids)",
    "bulk_target.customer_id": "customer_id = ANY(:ids)",
    "bulk_refusal.customer_id": "customer_id = ANY(:ids)",
    "import_effect.customer_id": "customer_id = ANY(:ids)",
    "customer_activity.customer_id": "customer_id = ANY(:ids)",
    "change.customer_id": "customer_id = ANY(:ids)",
    "allowed_duplicate.first_id": "first_id = ANY(:ids)",
    "allowed_duplicate.second_id": "second_id = ANY(:ids)",
    "restricted_answer.customer_id": "customer_id = ANY(:ids)",
    "contact_point.root_id": "root_id = ANY(:ids)",
    "merge_member.merge_id": "merge_id IN (SELECT id FROM merge WHERE primary_id = ANY(:ids))",
    "merge_member.customer_id": "customer_id = ANY(:ids)",
    "merge.primary_id": "primary_id = ANY(:ids)",
    "customer.merged_into": "merged_into = ANY(:ids)",
    "customer.root_id": "root_id = ANY(:ids)",
}

# Timers fire in every replica: each takes customers that no other is erasing.
_DUE = text("""
    SELECT id, version, revision FROM customer
    WHERE deleted_at <= :before AND root_id = id ORDER BY deleted_at LIMIT :limit FOR UPDATE SKIP LOCKED""")
# A merge that was undone names whom it absorbed, who may be erased before the other.
_UNNAME = text("""
    UPDATE merge SET chosen = '{}', "left" = NULL WHERE (chosen <> '{}' OR "left" IS NOT NULL) AND id IN (
        SELECT merge_id FROM merge_member WHERE customer_id = ANY(:ids))""")
_MEMBERS = text("""
    SELECT id, root_id FROM customer WHERE root_id = ANY(CAST(:roots AS uuid[])) ORDER BY id FOR UPDATE""")


def purge_due(database: Transactions, *, at: datetime) -> int:
    """Erase everybody who is due, a batch for each transaction. Returns how many customers went."""
    purged = 0
    while count := database.run(lambda uow: purge_some(uow, at=at)):
        purged += count
    return purged


def purge_some(uow: UnitOfWork, *, at: datetime, limit: int = BATCH) -> int:
    """Erase up to `limit` customers that were deleted long enough ago, and say so."""
    due = uow.connection.execute(_DUE, {"before": at - KEPT, "limit": limit}).all()
    if due:
        members = _members(uow, [row.id for row in due])
        ids = [id_ for several in members.values() for id_ in several]
        uow.connection.execute(_UNNAME, {"ids": ids})
        for place, condition in CATALOGUE.items():
            uow.connection.execute(text(f"DELETE FROM {place.split('.')[0]} WHERE {condition}"), {"ids": ids})
        changes = [
            Changed(row.id, row.version, row.revision + 1, "purged", members=members[row.id]) for row in due
        ]
        uow.outbox.add(announcements.customers_changed_v1(changes))
    return len(due)


def _members(uow: UnitOfWork, roots: list[UUID]) -> dict[UUID, list[UUID]]:
    """Of each customer all records that it is made of, locked; its own first."""
    members = {root: [root] for root in roots}
    for row in uow.connection.execute(_MEMBERS, {"roots": roots}):
        if row.id != row.root_id:
            members[row.root_id].append(row.id)
    return members
