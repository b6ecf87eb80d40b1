"""One list out of the lists of several services, newest first, read page by page.

Each service gives its own items by (time, id), both descending, from a position on. A page of the whole
is merged from a page of each; the cursor is the position of its last item, and belongs to the kinds of
items that were asked for.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from servicekit import jsonio
from servicekit.clock import parse_rfc3339, to_rfc3339
from servicekit.errors import Invalid

Json = dict[str, Any]
_LONGEST = 1_000


def after_cursor(cursor: str | None, kinds: Iterable[str]) -> Json | None:
    """The position `{"at", "id"}` behind which a page begins; Invalid for a cursor of other kinds."""
    if cursor is None:
        return None
    try:
        if len(cursor) > _LONGEST:
            raise ValueError("too long")
        content = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        name, at, item_id = jsonio.loads_strict(content)
        if name != _name(kinds):
            raise ValueError("made for other kinds")
        return {"at": to_rfc3339(parse_rfc3339(at)), "id": str(UUID(item_id))}
    except (ValueError, TypeError, AttributeError, OverflowError, binascii.Error):
        detail = "This cursor is not one of this list and these kinds."
        raise Invalid.at("/cursor", "invalid_cursor", detail) from None


def merged_page(pages: Sequence[Json], kinds: Iterable[str], *, limit: int, time: str = "at") -> Json:
    """`{"data", "next"}` from pages `{"data", "more"}`, whose items have their time in the member `time`.

    A page that has more must not be empty. What is older than its last item waits for the next page:
    something in between may still come.
    """
    placed = sorted(((_place(item, time), item) for page in pages for item in page["data"]), key=_first)
    placed.reverse()
    horizon = max((_place(page["data"][-1], time) for page in pages if page["more"]), default=None)
    ready = [item for place, item in placed if horizon is None or place >= horizon]
    if len(ready) <= limit and horizon is None:
        return {"data": ready, "next": None}
    last = ready[:limit][-1]
    return {"data": ready[:limit], "next": _cursor(kinds, last[time], last["id"])}


def _place(item: Json, time: str) -> tuple[datetime, str]:
    """Where it stands. Ids are compared as text, which is the order of PostgreSQL's uuid."""
    return parse_rfc3339(item[time]), item["id"]


def _first(placed: tuple[tuple[datetime, str], Json]) -> tuple[datetime, str]:
    return placed[0]


def _cursor(kinds: Iterable[str], at: str, item_id: str) -> str:
    content = jsonio.dumps([_name(kinds), at, item_id])
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _name(kinds: Iterable[str]) -> str:
    return " ".join(sorted(kinds))
