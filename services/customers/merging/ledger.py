"""The ledger of merges: who may read what of it, one or a page of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, text

from servicekit.database import Transactions
from servicekit.errors import NotFound
from servicekit.scope import Scope
from services.customers.cursors import Cursor
from services.customers.merging import queries
from services.customers.merging.messages import merge_message
from services.customers.merging.queries import Merge
from services.customers.registry import writing
from services.customers.registry.queries import members_of

_SORT: Final = "merges"
_BATCH: Final = 500

_KNOWN = text("SELECT EXISTS (SELECT FROM merge WHERE id = :id)")

# What a merge brought is contact data, and kept only as long as it may be needed.
_EMPTY = text("""
    WITH due AS (
        SELECT whom.merge_id, whom.customer_id FROM merge_member whom JOIN merge g ON g.id = whom.merge_id
        WHERE whom.brought IS NOT NULL AND g.undo_until < :at LIMIT :limit FOR UPDATE OF whom SKIP LOCKED)
    UPDATE merge_member whom SET brought = NULL FROM due
    WHERE (whom.merge_id, whom.customer_id) = (due.merge_id, due.customer_id)""")


def is_known(connection: Connection, merge_id: UUID) -> bool:
    """Whether there is such a merge, for whoever asks."""
    return bool(connection.execute(_KNOWN, {"id": merge_id}).scalar_one())


def get(connection: Connection, scope: Scope, merge_id: UUID | None) -> Merge:
    """Raises NotFound: for a merge that never was, and for who may not see all of it."""
    found = merge_id and queries.find_merge(connection, scope, merge_id)
    if not found:
        raise not_found()
    return found


def not_found() -> NotFound:
    """The same for a merge that never was and for one that the caller may not see."""
    return NotFound("merge_not_found")


def get_whoever(connection: Connection, merge_id: UUID) -> Merge:
    """For who was let at it before, and may have lost sight of the survivor by undoing."""
    return queries.get_merge(connection, merge_id)


def page(
    connection: Connection, scope: Scope, *, customer_id: UUID | None, limit: int, cursor: str | None
) -> dict[str, Any]:
    """Those of one customer, wherever its records stood, or all; the latest first."""
    position = Cursor.load(cursor, sort=_SORT)
    after = (position.moment(), position.id) if position else None
    members = None if customer_id is None else _members(connection, scope, customer_id)
    found = queries.list_merges(connection, scope, members=members, after=after, limit=limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    following = Cursor(_SORT, last.merged_at.isoformat(), last.id).dump() if last else None
    return {"data": list(map(merge_message, found[:limit])), "next": following}


def empty_what_expired(database: Transactions, *, at: datetime) -> int:
    """Forget what merges brought that cannot be undone any more. Returns of how many records."""
    emptied = 0
    while count := database.run(
        lambda uow: uow.connection.execute(_EMPTY, {"at": at, "limit": _BATCH}).rowcount
    ):
        emptied += count
    return emptied


def _members(connection: Connection, scope: Scope, customer_id: UUID) -> list[UUID]:
    found = members_of(connection, scope, [customer_id]).get(customer_id)
    if found is None:
        raise writing.not_found()
    return found[1]
