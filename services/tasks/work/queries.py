"""Reads of tasks and comments: what is there, whoever may see it. looking.py decides what is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, and_, select, text

from servicekit.database.paging import Keyset, Page, SortKey, list_page
from services.tasks.tables import comment, task_change
from services.tasks.work.domain.comment import Comment
from services.tasks.work.domain.task import UNFINISHED, Task
from services.tasks.work.position import DUE, NEWEST, Position
from services.tasks.work.repository import COLUMNS, COMMENT_COLUMNS, to_comment, to_task

_BY_IDS = text(f"""
    SELECT {COLUMNS} FROM task t WHERE t.id = ANY(CAST(:ids AS uuid[])) AND t.deleted_at IS NULL""")
_COMMENT = text(f"SELECT {COMMENT_COLUMNS} FROM comment WHERE id = :id AND deleted_at IS NULL")
_COUNT_UNFINISHED = text("""
    SELECT count(*) FROM task WHERE customer_id = ANY(CAST(:keys AS uuid[])) AND deleted_at IS NULL
    AND due_order IS NOT NULL AND status = ANY(CAST(:statuses AS text[]))""")
_COUNT_UNFINISHED_OF_EACH = text("""
    SELECT record.customer_id, sum(found.tasks) AS tasks
    FROM unnest(CAST(:customers AS uuid[]), CAST(:records AS uuid[])) AS record (customer_id, id)
    CROSS JOIN LATERAL (
        SELECT count(*) AS tasks FROM task t WHERE t.customer_id = record.id AND t.deleted_at IS NULL
        AND t.due_order IS NOT NULL AND t.status = ANY(CAST(:statuses AS text[]))) found
    GROUP BY record.customer_id""")

# By sort: the order inside a walk, the same among walks, what comes after a position, and what makes it walk
# along the index of that order (see tables.py).
_ORDERS: Final = {
    DUE: (
        "t.due_order, t.id",
        "found.due_order, found.id",
        "AND (t.due_order, t.id) > (coalesce(CAST(:due AS timestamptz), 'infinity'), CAST(:id AS uuid))",
        "t.due_order IS NOT NULL",
    ),
    NEWEST: ("t.id DESC", "found.id DESC", "AND t.id < CAST(:id AS uuid)", "t.version > 0"),
}
_CHANGES: Final = Keyset("changes", [SortKey(task_change.c.at, descending=True)], task_change.c.id)
_COMMENTS: Final = Keyset("comments", [], comment.c.id)


@dataclass(frozen=True, slots=True)
class Walk:
    """Which tasks are walked over, in which order. Without a `column`, all.

    `due_before`: only those that are due before. Every part of it is a stretch of one index.
    """

    sort: str
    statuses: Sequence[str]
    column: str | None = None  # customer_id or responsible_id, which is one of `keys`
    keys: Sequence[UUID] = ()
    due_before: datetime | None = None

    @property
    def strands(self) -> int:
        """How many stretches of an index each page reads."""
        return len(self.statuses) * (1 if self.column is None else len(self.keys))


def find_tasks(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Task]:
    return {row.id: to_task(row) for row in connection.execute(_BY_IDS, {"ids": list(ids)})}


def find_task(connection: Connection, task_id: UUID) -> Task | None:
    return find_tasks(connection, [task_id]).get(task_id)


def walk(connection: Connection, over: Walk, *, after: Position | None, limit: int) -> list[Task]:
    """The next `limit` tasks of the walk.

    Each status of each key is walked by itself, LATERAL, and reads no more than that many: a customer with
    a hundred thousand finished tasks costs what one with ten does.
    """
    parameters: dict[str, Any] = {"statuses": list(over.statuses), "limit": limit}
    if over.column is not None:
        parameters["keys"] = list(over.keys)
    if over.due_before is not None:
        parameters["due_before"] = over.due_before
    if after is not None:
        parameters |= {"id": after.id} | ({"due": after.due_at} if over.sort == DUE else {})
    rows = connection.execute(text(_walk_sql(over, with_start=after is not None)), parameters)
    return [to_task(row) for row in rows]


def _walk_sql(over: Walk, *, with_start: bool) -> str:
    inner, outer, after, of_order = _ORDERS[over.sort]
    keys = "" if over.column is None else "CROSS JOIN unnest(CAST(:keys AS uuid[])) AS asked (key)"
    of_key = "" if over.column is None else f"AND t.{over.column} = asked.key"
    due = "" if over.due_before is None else "AND t.due_order < :due_before"
    return f"""
        SELECT {COLUMNS} FROM (
            SELECT found.id, found.due_order
            FROM unnest(CAST(:statuses AS text[])) AS kept (status) {keys}
            CROSS JOIN LATERAL (
                SELECT t.id, t.due_order FROM task t
                WHERE t.deleted_at IS NULL AND {of_order} AND t.status = kept.status {of_key}
                {due} {after if with_start else ""}
                ORDER BY {inner} LIMIT :limit) AS found
            ORDER BY {outer} LIMIT :limit) AS found
        JOIN task t ON t.id = found.id ORDER BY {outer}"""


def count_unfinished(connection: Connection, customer_ids: Sequence[UUID]) -> int:
    """What is to be done about the customer that these records are."""
    asked = {"keys": list(customer_ids), "statuses": list(UNFINISHED)}
    return int(connection.execute(_COUNT_UNFINISHED, asked).scalar_one())


def count_unfinished_of_each(
    connection: Connection, members: Mapping[UUID, Sequence[UUID]]
) -> dict[UUID, int]:
    """The same for several customers at once, `members` by customer."""
    pairs = [(customer, record) for customer, records in members.items() for record in records]
    asked = {
        "customers": [customer for customer, _ in pairs],
        "records": [record for _, record in pairs],
        "statuses": list(UNFINISHED),
    }
    return {row.customer_id: int(row.tasks) for row in connection.execute(_COUNT_UNFINISHED_OF_EACH, asked)}


def list_changes(connection: Connection, task_id: UUID, *, limit: int, cursor: str | None) -> Page:
    """What became of the task, latest first."""
    statement = select(task_change).where(task_change.c.task_id == task_id)
    return list_page(connection, statement, _CHANGES, cursor=cursor, limit=limit)


def list_comments(
    connection: Connection, task_id: UUID, *, limit: int, cursor: str | None
) -> tuple[list[Comment], str | None]:
    """Oldest first."""
    columns = (comment.c[name] for name in COMMENT_COLUMNS.split(", "))
    statement = select(*columns).where(and_(comment.c.task_id == task_id, comment.c.deleted_at.is_(None)))
    page = list_page(connection, statement, _COMMENTS, cursor=cursor, limit=limit)
    wide = len(COMMENT_COLUMNS.split(", "))
    return [Comment(*row[:wide]) for row in page.rows], page.next


def find_comment(connection: Connection, comment_id: UUID) -> Comment | None:
    row = connection.execute(_COMMENT, {"id": comment_id}).one_or_none()
    return None if row is None else to_comment(row)
