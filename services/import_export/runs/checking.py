"""The check of an import: every row is read, put beside those that may be about the same person, and decided
on as the run will decide. Nothing is written in customers.

First what an earlier check left is cleared away, then the file is staged, then batch after batch is planned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from servicekit.database import UnitOfWork
from servicekit.jobs import Progress, Run
from servicekit.scope import Scope
from services.import_export.runs import kinds, planning, repository, rows, sheets, staging
from services.import_export.runs.caller import Ended, ends_it, scope_in
from services.import_export.runs.domain import phases
from services.import_export.runs.repository import ImportRun
from services.import_export.runs.staging import Chunk


@dataclass(frozen=True, slots=True)
class Judged:
    """Rows as they were read, or the plan of a batch, with the rights that it took."""

    scope: Scope
    work: Chunk | planning.Plan


class CheckImport:
    """The handler of servicekit.jobs."""

    kind = kinds.CHECK

    @ends_it
    def prepare(self, run: Run) -> Any:
        stage = run.job.state.get("stage", "clear")
        if stage == "clear":
            return None
        with run.database.reading() as connection:
            asked = repository.get(connection, UUID(run.job.parameters["import"]))
        scope = scope_in(run)
        work = staging.read(run, scope, asked) if stage == "read" else planning.plan(run, scope, asked)
        return Judged(scope, work)

    def step(self, run: Run, uow: UnitOfWork, prepared: Any) -> Progress:
        asked = repository.get(uow.connection, UUID(run.job.parameters["import"]), lock=True)
        if asked.phase != phases.CHECKING or asked.job_id != run.job.id:
            sheets.close(asked.id)
            return Progress(finished=True)
        match prepared:
            case None:
                return _clear(uow, asked)
            case Ended():
                return _fail(uow, asked, prepared)
            case _:
                return _write(run, uow, asked, prepared)


def _write(run: Run, uow: UnitOfWork, asked: ImportRun, judged: Judged) -> Progress:
    repository.note_rights(uow, asked.id, judged.scope, asked.rights)
    if isinstance(judged.work, Chunk):
        return staging.stage(run, uow, asked, judged.work)
    return planning.write(run, uow, asked, judged.work)


def _clear(uow: UnitOfWork, asked: ImportRun) -> Progress:
    if rows.clear(uow, asked.id):
        return Progress()
    return Progress(state={"stage": "read"}, total=2 * (asked.rows or 0))


def _fail(uow: UnitOfWork, asked: ImportRun, why: Ended) -> Progress:
    """Another mapping, other options, or somebody who may, can still make it possible."""
    sheets.close(asked.id)
    repository.save(uow, asked.id, phase=phases.MAPPING, problem=why.problem)
    return Progress(outcome="failed", problem=why.problem)
