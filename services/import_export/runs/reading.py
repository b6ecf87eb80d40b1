"""The first work on an upload: what it is, how it is read, and which column is what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from servicekit.database import UnitOfWork
from servicekit.jobs import Progress, Run
from servicekit.local_copy import LocalCopy
from services.import_export.mapping import keeping
from services.import_export.mapping.facts import checked_facts
from services.import_export.reading import parent
from services.import_export.runs import kinds, repository
from services.import_export.runs.caller import Ended, customers_in, ends_it, scope_in
from services.import_export.runs.domain import phases

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Inspected:
    """What was found out about a file."""

    detected: Json
    suggested: Json


class ReadImport:
    """The handler of servicekit.jobs."""

    kind = kinds.READ

    @ends_it
    def prepare(self, run: Run) -> Inspected:
        with run.database.reading() as connection:
            asked = repository.get(connection, UUID(run.job.parameters["import"]))
        facts = checked_facts(customers_in(run), scope_in(run))
        with LocalCopy(asked.storage_key) as copy:
            found = parent.inspect(
                copy.path, filename=asked.filename, options=run.job.parameters.get("reading"), facts=facts
            )
        return Inspected(found["detected"], found["suggested_mapping"])

    def step(self, run: Run, uow: UnitOfWork, prepared: Inspected | Ended) -> Progress:
        asked = repository.get(uow.connection, UUID(run.job.parameters["import"]), lock=True)
        if asked.phase != phases.READING or asked.job_id != run.job.id:
            return Progress(finished=True)
        if isinstance(prepared, Ended):
            give_up(uow, asked, run.job.parameters, prepared.problem)
            return Progress(outcome="failed", problem=prepared.problem)
        repository.save(
            uow,
            asked.id,
            phase=phases.MAPPING,
            detected=prepared.detected,
            suggested={**prepared.suggested, "saved": _saved(uow, asked, prepared)},
            rows=prepared.detected.get("rows"),
        )
        return Progress(finished=True)


def give_up(uow: UnitOfWork, asked: repository.ImportRun, parameters: Json, problem: Json) -> None:
    """A file that was never read is none. One that cannot be read otherwise is as it was before."""
    if asked.detected is None:
        repository.save(uow, asked.id, phase=phases.FAILED, problem=problem)
    else:
        before = parameters.get("before")
        repository.save(uow, asked.id, phase=phases.MAPPING, mapping=before, problem=problem)


def _saved(uow: UnitOfWork, asked: repository.ImportRun, prepared: Inspected) -> list[Json]:
    """The mappings that are kept for files with these columns."""
    headers = [column["header"] for column in prepared.detected["columns"]]
    return keeping.offered(uow.connection, asked.created_by, headers)
