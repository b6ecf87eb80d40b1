"""What part of a customer's notes a call asks for."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from servicekit.clock import parse_rfc3339
from servicekit.errors import Invalid
from servicekit.inputs import whole
from services.tasks.notes.queries import Window, position

MAX_LIMIT: Final = 200


def read_window(limit: Any, cursor: Any, *, pinned: Any = None) -> Window:
    """A page of a list. Raises Invalid."""
    if pinned is not None and type(pinned) is not bool:
        raise Invalid.at("/pinned", "invalid_type", "true or false is expected")
    return Window(
        whole(limit, "/limit", at_least=1, at_most=MAX_LIMIT),
        after=None if cursor is None else position(cursor),
        pinned=pinned,
    )


def read_feed_window(after: Any, limit: Any, since: Any, until: Any) -> Window:
    """A page of a feed, which begins behind an item of it or of another feed. Raises Invalid."""
    return Window(
        whole(limit, "/limit", at_least=1, at_most=MAX_LIMIT),
        after=None if after is None else _place(after),
        since=None if since is None else _moment("/since", since),
        until=None if until is None else _moment("/until", until),
    )


def _place(after: Any) -> tuple[datetime, UUID]:
    try:
        return parse_rfc3339(after["at"]), UUID(after["id"])
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        raise Invalid.at("/after", "invalid_position", "the time and the id of an item") from None


def _moment(pointer: str, value: Any) -> datetime:
    try:
        return parse_rfc3339(value)
    except (ValueError, TypeError, OverflowError):
        raise Invalid.at(pointer, "invalid_datetime", "a time with its offset is expected") from None
