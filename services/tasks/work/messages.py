"""Tasks, their changes and comments on the wire."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from servicekit.clock import to_rfc3339
from services.tasks.work.domain.comment import Comment
from services.tasks.work.domain.task import Task

Json = dict[str, Any]


def task_message(task: Task, *, customer: UUID | None, limited: bool, now: datetime) -> Json:
    """`customer` is the one that the task belongs to today, after merges. Limited, it tells of neither."""
    message: Json = {
        "id": str(task.id),
        "title": task.title,
        "description": None if limited else task.description,
        "due_at": _moment(task.due_at),
        "responsible": str(task.responsible_id),
        "author": str(task.author_id),
        "priority": task.priority,
        "status": task.status,
        "customer": None if limited or customer is None else str(customer),
        "overdue": task.is_overdue(now),
        "created_at": to_rfc3339(task.created_at),
        "updated_at": to_rfc3339(task.updated_at),
        "completed_at": _moment(task.completed_at),
        "version": task.version,
    }
    return {**message, "limited": True} if limited else message


def change_message(row: Row[Any], shown: Callable[[str], str | None]) -> Json:
    """`shown`: what the caller is told of a customer's id."""
    before, after = row.before, row.after
    if row.field == "customer":
        before, after = (value and shown(value) for value in (before, after))
    return {
        "id": str(row.id),
        "at": to_rfc3339(row.at),
        "by": None if row.by is None else str(row.by),
        "field": row.field,
        "before": before,
        "after": after,
    }


def comment_message(comment: Comment) -> Json:
    return {
        "id": str(comment.id),
        "task": str(comment.task_id),
        "author": str(comment.author_id),
        "body": comment.body,
        "created_at": to_rfc3339(comment.created_at),
        "updated_at": to_rfc3339(comment.updated_at),
        "version": comment.version,
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else to_rfc3339(moment)
