"""Where a page of tasks ended: due date and id of the last task looked at, opaque to callers."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from servicekit import jsonio
from servicekit.clock import parse_rfc3339, to_rfc3339
from servicekit.errors import Invalid
from services.tasks.work.domain.task import Task

DUE, NEWEST = SORTS = ("due_at", "-created_at")
_LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class Position:
    """In the order by due date (without one last), or in the order of ids, which is the one of creation."""

    due_at: datetime | None
    id: UUID

    @classmethod
    def of(cls, task: Task, sort: str) -> Position:
        return cls(task.due_at if sort == DUE else None, task.id)

    def dump(self, sort: str) -> str:
        due = None if self.due_at is None else to_rfc3339(self.due_at)
        content = jsonio.dumps([sort, due, str(self.id)])
        return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

    @classmethod
    def load(cls, cursor: Any, sort: str) -> Position | None:
        """Raises Invalid for anything but a cursor of this order. A forged one shows nothing hidden."""
        if cursor is None:
            return None
        try:
            made_for, due, last = _decode(cursor)
            if made_for == sort and (due is None or sort == DUE):
                return cls(None if due is None else parse_rfc3339(due), UUID(last))
        except (ValueError, TypeError, AttributeError, OverflowError, binascii.Error):
            pass
        raise Invalid.at("/cursor", "invalid_cursor", "This cursor is not one of this list and order.")


def read_sort(value: Any) -> str:
    """By due date unless something else is asked for. Raises Invalid."""
    if value is None:
        return DUE
    if value not in SORTS:
        raise Invalid.at("/sort", "unknown_sort", f"one of {', '.join(SORTS)} is expected")
    return str(value)


def _decode(cursor: Any) -> list[Any]:
    if not isinstance(cursor, str) or len(cursor) > _LONGEST or not cursor.isascii():
        raise ValueError("no cursor")
    content = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    decoded = jsonio.loads_strict(content)
    if not isinstance(decoded, list):
        raise ValueError("no cursor")
    return decoded
