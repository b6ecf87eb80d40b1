"""Where a page ended: the last row's sort key and id, opaque to callers."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import orjson

from servicekit.errors import Invalid

# A name or a tag of the longest kind, of letters that each fold to eighteen others.
_LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Cursor:
    """Belongs to one sort order. A forged one shows nothing that a list does not show anyway."""

    sort: str
    value: str | None
    id: UUID

    def dump(self) -> str:
        raw = orjson.dumps([self.sort, self.value, self.id])
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    @classmethod
    def load(cls, given: str | None, *, sort: str) -> Cursor | None:
        """Raises Invalid for anything but a cursor of this sort order."""
        if not given:
            return None
        try:
            raw = base64.urlsafe_b64decode(given[:_LONGEST] + "=" * (-len(given) % 4))
            made_for, value, last = orjson.loads(raw)
            cursor = cls(made_for, value, UUID(last))
        except (ValueError, TypeError, AttributeError, binascii.Error):
            raise invalid_cursor() from None
        if cursor.sort != sort or not isinstance(value, str | None) or "\x00" in (value or ""):
            raise invalid_cursor()
        return cursor

    def moment(self) -> datetime:
        """The value, in a list that is sorted by time. Raises Invalid if it is none."""
        try:
            moment = datetime.fromisoformat(self.value or "")
            if moment.tzinfo is None:
                raise invalid_cursor()
            return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            raise invalid_cursor() from None


def invalid_cursor() -> Invalid:
    return Invalid.at("/cursor", "invalid_cursor", "not a cursor of this list")
