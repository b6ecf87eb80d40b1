"""What a task is, and which way its status may go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from servicekit.errors import Conflict

LOW, MEDIUM, HIGH, URGENT = PRIORITIES = ("low", "medium", "high", "urgent")
OPEN, IN_PROGRESS, DONE, CANCELLED = STATUSES = ("open", "in_progress", "done", "cancelled")
UNFINISHED: Final = (OPEN, IN_PROGRESS)
FINISHED: Final = (DONE, CANCELLED)

# What is done was not given up, and what was given up was not done: from one to the other leads a new start.
_MOVES: Final[Mapping[str, frozenset[str]]] = {
    OPEN: frozenset({IN_PROGRESS, DONE, CANCELLED}),
    IN_PROGRESS: frozenset({OPEN, DONE, CANCELLED}),
    DONE: frozenset(UNFINISHED),
    CANCELLED: frozenset(UNFINISHED),
}


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do. `customer_id` is the one it was written with, whatever that was merged into since.

    `held_status`: as it was before its customer was deleted; it comes back with the customer.
    `reminded_at`: when its reminder was written, for the due date that it has now.
    """

    id: UUID
    title: str
    author_id: UUID
    responsible_id: UUID
    created_at: datetime
    updated_at: datetime
    customer_id: UUID | None = None
    description: str | None = None
    due_at: datetime | None = None
    priority: str = MEDIUM
    status: str = OPEN
    held_status: str | None = None
    reminded_at: datetime | None = None
    completed_at: datetime | None = None
    version: int = 1

    @property
    def is_unfinished(self) -> bool:
        return self.status in UNFINISHED

    def is_overdue(self, now: datetime) -> bool:
        return self.is_unfinished and self.due_at is not None and self.due_at < now

    def is_to_be_reminded_of(self, now: datetime) -> bool:
        """Once for each due date, also for one that was in the past from the beginning."""
        return (
            self.is_unfinished and self.reminded_at is None and self.due_at is not None and self.due_at <= now
        )


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after, as plain JSON."""

    field: str
    before: Any
    after: Any


def check_move(task: Task, status: str) -> None:
    """Raises Conflict for a way that the status may not go."""
    if status == task.status:
        return
    if task.held_status is not None:
        raise Conflict("customer_deleted", {"status": task.status})
    if status not in _MOVES[task.status]:
        raise Conflict("illegal_status_change", {"from": task.status, "to": status})


def moved(task: Task, status: str, *, now: datetime) -> Task:
    """With another status; `completed_at` is of the time that it was last done. Raises Conflict."""
    check_move(task, status)
    if status == task.status:
        return task
    return replace(task, status=status, completed_at=now if status == DONE else None)


def held(task: Task) -> Task:
    """Its customer was deleted: what was to be done is off, until the customer comes back."""
    if not task.is_unfinished:
        return task
    return replace(task, status=CANCELLED, held_status=task.status)


def released(task: Task) -> Task:
    """Its customer is back. What somebody had finished or cancelled before stays so."""
    if task.held_status is None:
        return task
    return replace(task, status=task.held_status, held_status=None)
