"""The audit trail: what administrators did, merges and requests for access, answers that told of the hidden.

Never contact data: who, when, which operation, the id it was done to, and how it ended.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select, update

from gateway.tables import audit_entry
from servicekit.clock import to_rfc3339, utc_now
from servicekit.ids import new_id

# An entry that stays "started" is one whose outcome nobody saw: it may have happened.
STARTED, DONE, RESTRICTED = "started", "done", "restricted_duplicate"


def record(
    connection: Connection,
    *,
    user_id: str,
    operation: str,
    target: str | None,
    request_id: str,
    outcome: str = DONE,
) -> UUID:
    entry_id = new_id()
    values = {
        "id": entry_id,
        "at": utc_now(),
        "user_id": UUID(user_id),
        "operation": operation,
        "target": target,
        "outcome": outcome,
        "request_id": request_id,
    }
    connection.execute(insert(audit_entry).values(values))
    return entry_id


def settle(connection: Connection, entry_id: UUID, *, target: str | None) -> None:
    """A started operation was done."""
    changed = {"outcome": DONE} | ({"target": target} if target else {})
    connection.execute(update(audit_entry).where(audit_entry.c.id == entry_id).values(changed))


def withdraw(connection: Connection, entry_id: UUID) -> None:
    """The operation was refused: nothing was changed, and nothing stays."""
    connection.execute(delete(audit_entry).where(audit_entry.c.id == entry_id))


def page(connection: Connection, *, limit: int, after: UUID | None) -> list[Any]:
    """Newest first, as ids are made; one row more than `limit` when there is a next page."""
    query = select(audit_entry).order_by(audit_entry.c.id.desc()).limit(limit + 1)
    if after is not None:
        query = query.where(audit_entry.c.id < after)
    return list(connection.execute(query).all())


def audit_message(row: Any) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "at": to_rfc3339(row.at),
        "user_id": str(row.user_id),
        "operation": row.operation,
        "target": row.target,
        "outcome": row.outcome,
        "request_id": row.request_id,
    }
