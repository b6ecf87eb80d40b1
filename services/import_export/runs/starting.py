"""The start of an import, its turn among imports of the same file, and its end before it is done."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, text

from servicekit import jobs
from servicekit.clock import utc_now
from servicekit.database import UnitOfWork
from servicekit.errors import Conflict
from services.import_export.runs import kinds, parts
from services.import_export.runs.domain import phases
from services.import_export.runs.repository import ImportRun, find, get, lock_file, save

_RUNNING: Final = text("""
    SELECT EXISTS (SELECT 1 FROM import_run WHERE sha256 = :sha256 AND phase = 'running' AND id <> :id)""")
_NEXT: Final = text("""
    SELECT id FROM import_run WHERE sha256 = :sha256 AND phase = 'waiting'
    ORDER BY updated_at, id LIMIT 1 FOR NO KEY UPDATE""")


def start(uow: UnitOfWork, import_id: UUID) -> None:
    """What was checked is done; if the same file is being imported already, after that."""
    run = get(uow.connection, import_id)
    lock_file(uow, run.sha256)
    run = get(uow.connection, import_id, lock=True)
    if uow.connection.execute(_RUNNING, {"sha256": run.sha256, "id": run.id}).scalar_one():
        save(uow, run.id, phase=phases.WAITING)
    else:
        _begin(uow, run)


def _begin(uow: UnitOfWork, run: ImportRun) -> None:
    save(uow, run.id, phase=phases.RUNNING, started_at=utc_now())
    if not parts.divide(uow, run):
        finish(uow, run)


def finish(uow: UnitOfWork, run: ImportRun, *, files: bool = True) -> None:
    """All that was to be done is done: what is left is to say so, and refused rows in `files`."""
    parameters = {"import": str(run.id), "files": files}
    job_id = jobs.create(uow, kind=kinds.FINISH, created_by=run.created_by, parameters=parameters)
    save(uow, run.id, job_id=job_id)


def let_next_begin(uow: UnitOfWork, run: ImportRun) -> None:
    """After the end of `run`, in its transaction: whoever waits for it. The caller has locked the file."""
    waiting = uow.connection.execute(_NEXT, {"sha256": run.sha256}).scalar()
    following = waiting and find(uow.connection, waiting)
    if following:
        _begin(uow, following)


def stop(uow: UnitOfWork, run: ImportRun, *, ending: str, problem: dict[str, Any] | None = None) -> None:
    """Ends a running import before it is done. Parts under work end by themselves.

    The caller has locked it.
    """
    if run.ending is None:
        save(uow, run.id, ending=ending, problem=problem)
        parts.end_those_not_begun(uow, run.id)


def cancel(uow: UnitOfWork, run: ImportRun) -> None:
    """What is done stays done. Raises Conflict for what is over; the caller has locked it."""
    if run.phase in phases.OVER or run.phase == phases.UNDOING:
        raise Conflict("import_is_over", {"phase": run.phase})
    if run.phase != phases.RUNNING:
        if run.job_id is not None:
            jobs.request_cancel(uow, run.job_id)
        save(uow, run.id, phase=phases.CANCELLED, finished_at=utc_now())
        return
    stop(uow, run, ending="cancelled")
    if parts.are_done(uow.connection, run.id) and not is_finishing(uow.connection, run):
        finish(uow, get(uow.connection, run.id))


def is_finishing(connection: Connection, run: ImportRun) -> bool:
    """Whether its last work has been asked for."""
    job = None if run.job_id is None else jobs.find(connection, run.job_id)
    return job is not None and job.kind == kinds.FINISH
