"""Imports whose work failed in a way that it could not tell them: by a defect, or with its process.

A job that was tried again and again in vain says so itself, and nothing else. Here its import learns of it.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import text

from servicekit.clock import utc_now
from servicekit.database import Transactions, UnitOfWork
from services.import_export.runs import ending, kinds, parts, repository, starting
from services.import_export.runs.domain import phases
from services.import_export.runs.repository import ImportRun

EVERY_SECONDS: Final = 15.0
_FAILED: Final = text("""
    SELECT r.id, j.id AS job_id, j.kind, j.problem, j.parameters, j.state FROM import_run r
    JOIN job j ON j.id = r.job_id
    WHERE r.phase IN ('reading', 'checking', 'running', 'undoing') AND j.status = 'failed'
    UNION ALL
    SELECT r.id, j.id, j.kind, j.problem, j.parameters, j.state FROM import_run r
    JOIN import_part p ON p.import_id = r.id AND NOT p.done
    JOIN job j ON j.id = p.job_id
    WHERE r.phase = 'running' AND j.status IN ('failed', 'cancelled')""")


def settle_failures(db: Transactions) -> int:
    """Ends what cannot go on; returns how many pieces of work that were."""
    with db.reading() as connection:
        failed = connection.execute(_FAILED).all()
    for each in failed:
        with db.unit_of_work() as uow:
            found = repository.get(uow.connection, each.id)
            repository.lock_file(uow, found.sha256)
            run = repository.get(uow.connection, each.id, lock=True)
            is_its_work = each.kind == kinds.PART or each.job_id == run.job_id  # another may have settled it
            if run.phase in phases.AT_WORK and is_its_work:
                _settle(uow, run, each)
    return len(failed)


def _settle(uow: UnitOfWork, run: ImportRun, failed: Any) -> None:
    problem = failed.problem or {"code": "internal_error", "detail": "The work ended."}
    if failed.kind == kinds.PART:
        _end_part(uow, run, failed, problem)
    elif failed.kind == kinds.FINISH:
        _finish(uow, run, failed, problem)
    elif failed.kind == kinds.UNDO:
        repository.save(uow, run.id, phase=failed.parameters["before"], problem=problem)
    elif run.phase in phases.BEFORE_START and run.detected is not None:
        mapping = failed.parameters.get("before", run.mapping)
        repository.save(uow, run.id, phase=phases.MAPPING, mapping=mapping, problem=problem)
    else:
        repository.save(uow, run.id, phase=phases.FAILED, problem=problem, finished_at=utc_now())


def _finish(uow: UnitOfWork, run: ImportRun, failed: Any, problem: dict[str, Any]) -> None:
    """Once more without files, so that all is counted; what cannot even be counted is over as it is."""
    if failed.parameters["files"]:
        repository.save(uow, run.id, ending="failed", problem=problem)
        starting.finish(uow, run, files=False)
    else:
        ending.end(uow, run, phase=phases.FAILED, problem=problem)


def _end_part(uow: UnitOfWork, run: ImportRun, failed: Any, problem: dict[str, Any]) -> None:
    starting.stop(uow, run, ending="failed", problem=problem)
    part = parts.get(uow.connection, run.id, failed.parameters["part"])
    if part.done:
        return
    next_batch = failed.state.get("batch", part.first_batch)
    if parts.end(uow, run.id, part.part, next_batch=next_batch):
        starting.finish(uow, run)
