"""Whom a bulk action is about: customers as they were selected when it began."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text

from servicekit.database import Transactions
from servicekit.database.purge import delete_in_chunks

_CHUNK: Final = 10_000

_ADD = text("""
    INSERT INTO bulk_target (job_id, customer_id)
    SELECT :job, id FROM unnest(CAST(:ids AS uuid[])) AS id ON CONFLICT DO NOTHING""")
_NEXT = text("""
    SELECT customer_id FROM bulk_target
    WHERE job_id = :job AND customer_id > :after ORDER BY customer_id LIMIT :limit""")
_AMONG = text("""
    SELECT customer_id FROM bulk_target WHERE job_id = :job AND customer_id = ANY(CAST(:ids AS uuid[]))""")
# Nobody asks a job that is over for its targets.
_FORGET = text("""
    DELETE FROM bulk_target WHERE ctid = ANY(ARRAY(
        SELECT t.ctid FROM bulk_target t JOIN job j ON j.id = t.job_id
        WHERE j.finished_at IS NOT NULL LIMIT :chunk FOR UPDATE OF t SKIP LOCKED))""")


def add(connection: Connection, job_id: UUID, ids: Iterable[UUID]) -> int:
    """Returns how many are new."""
    return connection.execute(_ADD, {"job": job_id, "ids": list(ids)}).rowcount


def following(connection: Connection, job_id: UUID, *, after: UUID, limit: int) -> list[UUID]:
    """The next ones, in the order of their ids."""
    parameters = {"job": job_id, "after": after, "limit": limit}
    return list(connection.execute(_NEXT, parameters).scalars())


def among(connection: Connection, job_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these are targets, done or yet to be done."""
    if not ids:
        return set()
    return set(connection.execute(_AMONG, {"job": job_id, "ids": list(ids)}).scalars())


def forget_finished(database: Transactions) -> int:
    """Deletes the targets of jobs that are over; returns how many. Replicas share the work."""
    return delete_in_chunks(database, _FORGET, chunk=_CHUNK)
