"""Keyset pages of the gateway's own lists: ordered by id, which is the order of creation."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any
from uuid import UUID

from servicekit.errors import Invalid


def after_cursor(cursor: str | None) -> UUID | None:
    """The id after which a page begins; Invalid for a cursor that we did not make."""
    if cursor is None:
        return None
    try:
        return UUID(bytes=base64.urlsafe_b64decode(cursor.encode("ascii")))
    except (ValueError, binascii.Error):
        raise Invalid.at("/cursor", "invalid_cursor", "Use a cursor as it came in page.next.") from None


def cut(rows: list[Any], limit: int, to_message: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """A page from up to `limit` + 1 rows."""
    more = len(rows) > limit
    last: UUID = rows[limit - 1].id if more else None  # type: ignore[assignment]
    following = base64.urlsafe_b64encode(last.bytes).decode() if more else None
    return {"data": [to_message(row) for row in rows[:limit]], "next": following}
