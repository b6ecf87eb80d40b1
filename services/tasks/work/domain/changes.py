"""Making and changing tasks: values in, the task after them out, and what is to be recorded of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from servicekit.clock import to_rfc3339
from servicekit.errors import Forbidden
from services.tasks.work.domain.task import DONE, FieldChange, Task, moved

# Properties, and the attributes that keep them. The status has rules of its own.
_ATTRIBUTES: Final = {
    "title": "title",
    "description": "description",
    "due_at": "due_at",
    "responsible": "responsible_id",
    "priority": "priority",
    "customer": "customer_id",
}
_RECORDED: Final = {**_ATTRIBUTES, "status": "status"}


def made(values: Mapping[str, Any], *, task_id: UUID, author_id: UUID, now: datetime) -> Task:
    """A new one. Whoever writes it has to do it, unless it says otherwise."""
    given = {_ATTRIBUTES[key]: value for key, value in values.items()}
    return Task(
        id=task_id,
        author_id=author_id,
        created_at=now,
        updated_at=now,
        **{"responsible_id": author_id, **given},
    )


def changed(task: Task, patch: Mapping[str, Any], *, now: datetime) -> Task:
    """The task after the patch; itself if it says nothing new. Raises Conflict for an illegal move.

    Another due date is reminded of anew, wherever it is: a new one in the past at once.
    """
    given = {_ATTRIBUTES[key]: value for key, value in patch.items() if key != "status"}
    after = replace(moved(task, patch.get("status", task.status), now=now), **given)
    if after == task:
        return task
    if after.due_at != task.due_at:
        after = replace(after, reminded_at=None)
    return next_version(after, now=now)


def next_version(task: Task, *, now: datetime) -> Task:
    return replace(task, version=task.version + 1, updated_at=now)


def check_limited(patch: Mapping[str, Any]) -> None:
    """Whoever has to do it and may not see its customer any more says how far it is, and nothing else."""
    if patch.keys() - {"status"}:
        raise limited()


def limited() -> Forbidden:
    return Forbidden("limited_task")


def is_completed_by(before: Task, after: Task) -> bool:
    return after.status == DONE != before.status


def is_reopened_by(before: Task, after: Task) -> bool:
    return after.is_unfinished and not before.is_unfinished


def differences(before: Task, after: Task) -> list[FieldChange]:
    """What the history of the task shows."""
    pairs = {key: (getattr(before, name), getattr(after, name)) for key, name in _RECORDED.items()}
    return [FieldChange(key, _plain(old), _plain(new)) for key, (old, new) in pairs.items() if old != new]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return to_rfc3339(value)
    return str(value) if isinstance(value, UUID) else value
