"""Tasks and comments in the database: writes, and the rows that they lock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, insert, text
from sqlalchemy.dialects.postgresql import JSONB

from servicekit.ids import new_id
from services.tasks.tables import comment as comment_table
from services.tasks.tables import task as task_table
from services.tasks.work.domain.comment import Comment
from services.tasks.work.domain.task import FieldChange, Task

COLUMNS: Final = """t.id, t.customer_id, t.title, t.description, t.due_at, t.responsible_id, t.author_id,
    t.priority, t.status, t.held_status, t.reminded_at, t.completed_at, t.version, t.created_at,
    t.updated_at"""
COMMENT_COLUMNS: Final = "id, task_id, author_id, body, created_at, updated_at, version"

_LOCK = text(f"SELECT {COLUMNS} FROM task t WHERE t.id = :id AND t.deleted_at IS NULL FOR NO KEY UPDATE OF t")
_IS_THERE = text("SELECT FROM task WHERE id = :id AND deleted_at IS NULL FOR KEY SHARE")
_SAVE = text("""
    UPDATE task SET customer_id = :customer_id, title = :title, description = :description, due_at = :due_at,
           responsible_id = :responsible_id, priority = :priority, status = :status,
           held_status = :held_status, reminded_at = :reminded_at, completed_at = :completed_at,
           version = :version, updated_at = :updated_at
    WHERE id = :id""")
_DELETE = text("UPDATE task SET deleted_at = :at, updated_at = :at, version = version + 1 WHERE id = :id")
_RECORD = text("""
    INSERT INTO task_change (id, task_id, at, by, field, before, after)
    VALUES (:id, :task_id, :at, :by, :field, :before, :after)""").bindparams(
    bindparam("before", type_=JSONB(none_as_null=True)), bindparam("after", type_=JSONB(none_as_null=True))
)
_LOCK_COMMENT = text(f"""
    SELECT {COMMENT_COLUMNS} FROM comment WHERE id = :id AND deleted_at IS NULL FOR NO KEY UPDATE""")
_SAVE_COMMENT = text("""
    UPDATE comment SET body = :body, version = :version, updated_at = :updated_at WHERE id = :id""")
# What it said is nobody's any more.
_DELETE_COMMENT = text("UPDATE comment SET body = '', deleted_at = :at, updated_at = :at WHERE id = :id")


def to_task(row: Row[Any]) -> Task:
    return Task(**row._mapping)


def to_comment(row: Row[Any]) -> Comment:
    return Comment(**row._mapping)


def add(connection: Connection, task: Task) -> None:
    connection.execute(insert(task_table).values(asdict(task)))


def lock(connection: Connection, task_id: UUID) -> Task | None:
    """As it is now, for this transaction to change."""
    row = connection.execute(_LOCK, {"id": task_id}).one_or_none()
    return None if row is None else to_task(row)


def is_there(connection: Connection, task_id: UUID) -> bool:
    """And is not erased before this transaction ends."""
    return connection.execute(_IS_THERE, {"id": task_id}).first() is not None


def save(connection: Connection, task: Task) -> None:
    """One that this transaction has locked."""
    connection.execute(_SAVE, asdict(task))


def delete(connection: Connection, task_id: UUID, *, at: datetime) -> None:
    connection.execute(_DELETE, {"id": task_id, "at": at})


def record(
    connection: Connection, task_id: UUID, changes: Iterable[FieldChange], *, by: UUID, at: datetime
) -> None:
    """What became of it, for its history."""
    about = {"task_id": task_id, "at": at, "by": by}
    if rows := [{**asdict(change), **about, "id": new_id()} for change in changes]:
        connection.execute(_RECORD, rows)


def add_comment(connection: Connection, comment: Comment) -> None:
    connection.execute(insert(comment_table).values(asdict(comment)))


def lock_comment(connection: Connection, comment_id: UUID) -> Comment | None:
    row = connection.execute(_LOCK_COMMENT, {"id": comment_id}).one_or_none()
    return None if row is None else to_comment(row)


def save_comment(connection: Connection, comment: Comment) -> None:
    connection.execute(_SAVE_COMMENT, asdict(comment))


def delete_comment(connection: Connection, comment_id: UUID, *, at: datetime) -> None:
    connection.execute(_DELETE_COMMENT, {"id": comment_id, "at": at})
