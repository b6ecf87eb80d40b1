"""Jobs as the service sees them: made, found, listed, cancelled, and purged when they are long over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, MetaData, Row, bindparam, select, text
from sqlalchemy.dialects.postgresql import JSONB

from servicekit.database.paging import Keyset, SortKey, list_page
from servicekit.database.purge import delete_in_chunks
from servicekit.database.unit_of_work import Transactions, UnitOfWork
from servicekit.errors import NotFound
from servicekit.ids import new_id
from servicekit.inputs import find_id
from servicekit.jobs.tables import add_job_table

CHANNEL: Final = "job"  # of NOTIFY: there is work
KEPT_DAYS: Final = 30
FINISHED: Final = frozenset({"succeeded", "partially_failed", "failed", "cancelled"})

_job: Final = add_job_table(MetaData())
_NEWEST_FIRST: Final = Keyset("-created_at", [SortKey(_job.c.created_at, descending=True)], _job.c.id)

_INSERT: Final = text("""
    INSERT INTO job (id, kind, created_by, parameters, total)
    VALUES (:id, :kind, :created_by, :parameters, :total)
""").bindparams(bindparam("parameters", type_=JSONB))
_TAKE_TURN: Final = text("SELECT pg_try_advisory_xact_lock(hashtextextended('job ' || :kind, 0))")
_WAITING: Final = text("SELECT EXISTS (SELECT 1 FROM job WHERE kind = :kind AND finished_at IS NULL)")
_NOTIFY: Final = text(f"SELECT pg_notify('{CHANNEL}', '')")
# Nobody works on a job that waits to begin or for an answer: it is over at once. A running one is
# ended by its worker, after the step that is being done.
_CANCEL: Final = text("""
    WITH before AS (SELECT id, status IN ('queued', 'awaiting_input') AS idle FROM job
                    WHERE id = :id AND finished_at IS NULL AND NOT cancel_requested FOR NO KEY UPDATE)
    UPDATE job SET cancel_requested = true, version = version + 1, run_after = now(),
        status = CASE WHEN before.idle THEN 'cancelled' ELSE status END,
        finished_at = CASE WHEN before.idle THEN now() END
    FROM before WHERE job.id = before.id
""")
_PURGE: Final = text(f"""
    DELETE FROM job WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM job WHERE finished_at < now() - interval '{KEPT_DAYS} days'
        LIMIT :chunk FOR UPDATE SKIP LOCKED))
""")
_PURGE_CHUNK: Final = 100  # a job may take many rows of its own along


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of long work, as it stood when it was read."""

    id: UUID
    kind: str
    created_by: str
    status: str
    parameters: Mapping[str, Any]
    state: Mapping[str, Any]
    counts: Mapping[str, int]
    done: int
    total: int | None
    problem: Mapping[str, Any] | None
    cancel_requested: bool
    attempts: int
    version: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def is_finished(self) -> bool:
        return self.status in FINISHED


COLUMNS: Final = ", ".join(f"job.{name}" for name in Job.__dataclass_fields__)
_FIND: Final = text(f"SELECT {COLUMNS} FROM job WHERE id = :id")


@dataclass(frozen=True, slots=True)
class JobPage:
    """One page of jobs, newest first, and the cursor of the next one; None after the last."""

    jobs: list[Job]
    next: str | None


def create(
    uow: UnitOfWork,
    *,
    kind: str,
    created_by: str,
    parameters: Mapping[str, Any],
    total: int | None = None,
) -> UUID:
    """Queues a job. With the commit it wakes a worker; without the commit it never was."""
    job_id = new_id()
    values = {"id": job_id, "kind": kind, "created_by": created_by, "parameters": parameters, "total": total}
    uow.connection.execute(_INSERT, values)
    uow.connection.execute(_NOTIFY)
    return job_id


def create_alone(uow: UnitOfWork, *, kind: str, created_by: str) -> UUID | None:
    """The same for a kind of which there is one job at a time: None if there is one already, here or in
    another replica's transaction."""
    mine = uow.connection.execute(_TAKE_TURN, {"kind": kind}).scalar_one()
    if not mine or uow.connection.execute(_WAITING, {"kind": kind}).scalar_one():
        return None
    return create(uow, kind=kind, created_by=created_by, parameters={})


def find(connection: Connection, job_id: UUID) -> Job | None:
    """The job with this id, whoever it belongs to."""
    row = connection.execute(_FIND, {"id": job_id}).first()
    return None if row is None else to_job(row)


def get(connection: Connection, job_id: object, *, kind: str, missing: str) -> Job:
    """The job of this kind that somebody names. Raises NotFound `missing`, also for what is no id."""
    asked = find_id(job_id)
    job = find(connection, asked) if asked else None
    if job is None or job.kind != kind:
        raise NotFound(missing)
    return job


def list_of(
    connection: Connection,
    *,
    kind: str,
    created_by: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> JobPage:
    """Jobs of one kind, newest first: of everybody, or of `created_by`. Invalid for a foreign cursor."""
    columns = [_job.c[name] for name in Job.__dataclass_fields__]
    statement = select(*columns).where(_job.c.kind == kind)
    if created_by is not None:
        statement = statement.where(_job.c.created_by == created_by)
    page = list_page(connection, statement, _NEWEST_FIRST, cursor=cursor, limit=limit)
    return JobPage([to_job(row) for row in page.rows], page.next)


def request_cancel(uow: UnitOfWork, job_id: UUID) -> None:
    """Ends a job before its next step. What it has done stays done; one that is over stays as it is."""
    uow.connection.execute(_CANCEL, {"id": job_id})
    uow.connection.execute(_NOTIFY)


def purge_finished(db: Transactions) -> int:
    """Deletes jobs that have been over for thirty days; returns how many. Workers do it by themselves."""
    return delete_in_chunks(db, _PURGE, chunk=_PURGE_CHUNK)


def to_job(row: Row[Any]) -> Job:
    """From a row that has (at least, and first) the columns of a job."""
    return Job(*row[: len(Job.__dataclass_fields__)])
