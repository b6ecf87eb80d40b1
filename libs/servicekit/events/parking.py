"""Messages that could not be handled, kept in a table of the service."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, func
from sqlalchemy.dialects.postgresql import insert

from servicekit.database.tables import plumbing
from servicekit.events.cloudevent import MAX_BODY
from servicekit.events.reading import Item, Reason
from servicekit.ids import new_id

_AT_ONCE: Final = 20  # bodies have up to 1 MB


def record(connection: Connection, items: Sequence[Item]) -> None:
    """Parks them. One that is parked already gets the new reason, and its attempts add up."""
    rows = {(row["exchange"], row["message_key"]): row for row in map(_row, items)}
    ordered = [rows[key] for key in sorted(rows)]
    for start in range(0, len(ordered), _AT_ONCE):
        statement = insert(plumbing.parked_message).values(ordered[start : start + _AT_ONCE])
        table, again = plumbing.parked_message.c, statement.excluded
        updates = {
            "attempts": table.attempts + again.attempts,
            "last_seen": func.now(),
            "reason": again.reason,
            "detail": again.detail,
        }
        connection.execute(
            statement.on_conflict_do_update(index_elements=["exchange", "message_key"], set_=updates)
        )


def _row(item: Item) -> dict[str, Any]:
    delivery, event = item.delivery, item.event
    reason = item.parked or Reason("unknown", "")
    return {
        "id": new_id(),
        "exchange": delivery.exchange,
        "routing_key": delivery.routing_key,
        "message_key": f"event {event.source} {event.id}" if event else delivery.fallback_key,
        "event_type": event.type if event else None,
        "content_type": delivery.content_type,
        "headers": delivery.headers,
        "body": delivery.body[:MAX_BODY],
        "body_size": len(delivery.body),
        "body_complete": len(delivery.body) <= MAX_BODY,
        "reason": reason.code,
        "detail": reason.detail,
        "attempts": reason.attempts,
    }
