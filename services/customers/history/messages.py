"""Items of a history as this caller may see them. Changes are told by services.customers.messages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from servicekit.clock import to_rfc3339
from servicekit.scope import Scope
from services.customers.configuration import Configuration
from services.customers.messages import change_message, is_masked

# A channel's ids and links may be made of the person's number.
_TELLING = ("external_id", "url")


def item_message(row: Any, scope: Scope, configuration: Configuration) -> dict[str, Any]:
    if row.kind == "change":
        return change_message(row, scope, configuration)
    message = _message(row) if row.kind == "message" else _interaction(row)
    if not is_masked(scope, configuration):
        return message
    hidden = [name for name in _TELLING if name in message]
    return {**{k: v for k, v in message.items() if k not in hidden}, "masked": hidden}


def unknown_team_message(row: Any) -> dict[str, Any]:
    return {
        "name": row.name,
        "source": row.source,
        "events": row.events,
        "first_seen": to_rfc3339(row.first_seen),
        "last_seen": to_rfc3339(row.last_seen),
    }


def _interaction(row: Any) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "kind": row.kind,
        "at": to_rfc3339(row.at),
        "channel": row.channel,
        "source": row.source,
        "external_id": row.external_id,
        "url": row.url,
        "request_id": row.request_id,
        "status": row.status,
        "team": _text(row.team_id),
        "assignee": _text(row.assignee_id),
        "messages": row.messages,
        "last_message_at": _moment(row.last_message_at),
        "last_preview": row.last_preview,
    }


def _message(row: Any) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "kind": "message",
        "at": to_rfc3339(row.at),
        "conversation": str(row.conversation),
        "external_id": row.external_id,
        "direction": row.direction,
        "content": row.message_kind,
        "preview": row.preview,
    }


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else to_rfc3339(moment)
