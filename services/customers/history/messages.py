"""Items of a history as this caller may see them. Changes are told by services.customers.messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from servicekit.clock import to_rfc3339
from servicekit.scope import Scope
from services.customers.configuration import Configuration
from services.customers.messages import change_message, is_masked

Json = dict[str, Any]

# A channel's ids and links may be made of the person's number. The source stays: it is the company's own
# account, and no address of theirs. What people wrote (titles, previews) is not looked into.
_TELLING: Final = ("external_id", "url")


def item_message(row: Any, scope: Scope, configuration: Configuration) -> Json:
    if row.kind == "change":
        return change_message(row, scope, configuration)
    message = _message(row) if row.kind == "message" else _interaction(row)
    if not is_masked(scope, configuration):
        return message
    hidden = [
        name for name in message if name in _TELLING or (name == "location" and _is_link(message[name]))
    ]
    return {**{k: v for k, v in message.items() if k not in hidden}, "masked": hidden}


def unknown_team_message(row: Any) -> Json:
    return {
        "name": row.name,
        "source": row.source,
        "events": row.events,
        "first_seen": to_rfc3339(row.first_seen),
        "last_seen": to_rfc3339(row.last_seen),
    }


def _interaction(row: Any) -> Json:
    """What all interactions have, then what its kind has."""
    return {
        "id": str(row.id),
        "kind": row.kind,
        "at": to_rfc3339(row.at),
        "channel": row.channel,
        "source": row.source,
        "external_id": row.external_id,
        "url": row.body.get("url"),
        "status": row.status,
        "team": _text(row.team_id),
        **_OF_KIND[row.kind](row),
    }


def _conversation(row: Any) -> Json:
    return {
        "request_id": row.body.get("request"),
        "assignee": _text(row.assignee_id),
        "messages": row.messages,
        "last_message_at": _moment(row.last_message_at),
        "last_preview": row.last_preview,
    }


def _appointment(row: Any) -> Json:
    """`at` is when it starts."""
    return {name: row.body.get(name) for name in ("title", "ends_at", "location")}


def _purchase(row: Any) -> Json:
    """`amount` is a decimal number, as exact as it was told."""
    return {name: row.body.get(name) for name in ("title", "amount", "currency")}


_OF_KIND: Final[Mapping[str, Callable[[Any], Json]]] = {
    "conversation": _conversation,
    "appointment": _appointment,
    "purchase": _purchase,
}


def _message(row: Any) -> Json:
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


def _is_link(location: str | None) -> bool:
    """Where one meets may be the address of a call, made of who is called."""
    return location is not None and "://" in location


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else to_rfc3339(moment)
