"""Which customers are deleted, as far as it was told; and what that means for their tasks.

A row of customer_state says of one record what became of the customer that it is part of (`root_id`), as of
the highest revision of that customer that was heard. A record is gone while any of its rows says so, so that
the end is the same in whatever order events come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, TextClause, text

from services.tasks.work.domain.customers import DELETED, LIVE, PURGED, Fate

CHUNK: Final = 1_000
Erase = Callable[[Connection, Sequence[UUID]], object]

# Whoever writes a task that is to be done and whoever hears of a deletion take turns, or the one would not
# see the other's uncommitted work. A few locks for all customers: there may be thousands in one batch.
_BUCKET = "hashtextextended(CAST(customer.id AS text), 0) & 255"
_SHARE = text(f"""
    SELECT pg_advisory_xact_lock_shared(hashtext('customer_state'), CAST(bucket AS integer))
    FROM (SELECT DISTINCT {_BUCKET} AS bucket FROM unnest(CAST(:ids AS uuid[])) AS customer (id)
          ORDER BY bucket) AS sorted""")
_TAKE = text(str(_SHARE).replace("_shared", ""))
_GONE = text("""
    SELECT EXISTS (SELECT FROM customer_state
                   WHERE customer_id = ANY(CAST(:ids AS uuid[])) AND state <> 'live')""")

# What a purge has said stands. A record that left the customer since is told of by the root's other rows.
_HEAR = text("""
    WITH told AS (
        SELECT customer_id FROM unnest(CAST(:members AS uuid[])) AS customer_id
        UNION SELECT customer_id FROM customer_state WHERE root_id = :root)
    INSERT INTO customer_state AS known (customer_id, root_id, revision, state)
    SELECT customer_id, :root, :revision, :state FROM told ORDER BY customer_id
    ON CONFLICT (customer_id, root_id) DO UPDATE
        SET revision = greatest(known.revision, excluded.revision), state = excluded.state
        WHERE known.state <> 'purged' AND (known.revision < excluded.revision OR excluded.state = 'purged')
    RETURNING customer_id""")
# Tasks of a customer are found by index once (due_order names it, see tables.py): what a transaction has
# changed itself it would meet again and again. Under the lock they are looked at anew.
_OPEN = text("""
    SELECT id FROM task WHERE customer_id = ANY(CAST(:members AS uuid[])) AND deleted_at IS NULL
    AND due_order IS NOT NULL AND status = ANY('{open,in_progress}') ORDER BY id""")
_HELD = text("""
    SELECT id FROM task WHERE customer_id = ANY(CAST(:members AS uuid[])) AND deleted_at IS NULL
    AND due_order IS NOT NULL AND status = 'cancelled' AND held_status IS NOT NULL AND NOT EXISTS (
        SELECT FROM customer_state gone
        WHERE gone.customer_id = task.customer_id AND gone.state <> 'live')
    ORDER BY id""")
_ALL = text("""
    SELECT id FROM task WHERE customer_id = ANY(CAST(:members AS uuid[])) AND deleted_at IS NULL
    AND due_order IS NOT NULL
    UNION ALL
    SELECT id FROM task WHERE customer_id = ANY(CAST(:members AS uuid[])) AND deleted_at IS NOT NULL
    ORDER BY id""")
_LOCKED = """ANY(ARRAY(
    SELECT id FROM task WHERE id = ANY(CAST(:tasks AS uuid[])) AND {} ORDER BY id FOR NO KEY UPDATE))"""
_HOLD = text(f"""
    WITH held AS (
        UPDATE task SET status = 'cancelled', held_status = status, version = version + 1, updated_at = :at
        WHERE id = {_LOCKED.format("deleted_at IS NULL AND status IN ('open', 'in_progress')")}
        RETURNING id, held_status)
    INSERT INTO task_change (id, task_id, at, field, before, after)
    SELECT gen_random_uuid(), id, :at, 'status', to_jsonb(held_status), '"cancelled"' FROM held""")
_RELEASE = text(f"""
    WITH back AS (
        UPDATE task SET status = held_status, held_status = NULL, version = version + 1, updated_at = :at
        WHERE id = {_LOCKED.format("deleted_at IS NULL AND held_status IS NOT NULL")}
        RETURNING id, status)
    INSERT INTO task_change (id, task_id, at, field, before, after)
    SELECT gen_random_uuid(), id, :at, 'status', '"cancelled"', to_jsonb(status) FROM back""")
# Who is writing below one of them is waited for: what they write is erased with it.
_ERASE: Final = [
    text("SELECT FROM task WHERE id = ANY(CAST(:tasks AS uuid[])) ORDER BY id FOR UPDATE"),
    text("DELETE FROM comment WHERE task_id = ANY(CAST(:tasks AS uuid[]))"),
    text("DELETE FROM task_change WHERE task_id = ANY(CAST(:tasks AS uuid[]))"),
    text("DELETE FROM task WHERE id = ANY(CAST(:tasks AS uuid[]))"),
]
# Other customers' tasks may have been theirs.
_FORGET: Final = [
    text(f"""
        UPDATE task_change SET {side} = NULL WHERE field = 'customer' AND {side} = ANY(ARRAY(
            SELECT to_jsonb(CAST(member AS text)) FROM unnest(CAST(:members AS uuid[])) AS member))""")
    for side in ("before", "after")
]


def is_gone(connection: Connection, customer_ids: Iterable[UUID]) -> bool:
    """Whether one of these was deleted. Until this transaction ends no deletion is heard of."""
    ids = {"ids": list(customer_ids)}
    connection.execute(_SHARE, ids)
    return bool(connection.execute(_GONE, ids).scalar_one())


def hear(connection: Connection, fates: Sequence[Fate], *, erase_notes: Erase, at: datetime) -> None:
    """What was to be done for deleted customers is off, for restored ones on again, of purged ones erased.

    One fate of each customer.
    """
    members = [member for fate in fates for member in fate.members]
    connection.execute(_TAKE, {"ids": members})
    told: dict[str, list[UUID]] = {DELETED: [], LIVE: [], PURGED: []}
    for fate in fates:
        told[fate.state] += _hear(connection, fate)
    _in_chunks(connection, told[DELETED], _OPEN, [_HOLD], at=at)
    _in_chunks(connection, told[LIVE], _HELD, [_RELEASE], at=at)
    _in_chunks(connection, told[PURGED], _ALL, _ERASE)
    if told[PURGED]:
        for statement in _FORGET:
            connection.execute(statement, {"members": told[PURGED]})
        erase_notes(connection, told[PURGED])


def _hear(connection: Connection, fate: Fate) -> list[UUID]:
    """The records for which this is news."""
    asked = {
        "members": list(fate.members),
        "root": fate.customer_id,
        "revision": fate.revision,
        "state": fate.state,
    }
    return list(connection.execute(_HEAR, asked).scalars())


def _in_chunks(
    connection: Connection,
    members: Sequence[UUID],
    which: TextClause,
    statements: Sequence[TextClause],
    **values: Any,
) -> None:
    """A customer may have a hundred thousand tasks: no single statement writes all of them."""
    if not members:
        return
    tasks = list(connection.execute(which, {"members": list(members)}).scalars())
    for start in range(0, len(tasks), CHUNK):
        for statement in statements:
            connection.execute(statement, {**values, "tasks": tasks[start : start + CHUNK]})
