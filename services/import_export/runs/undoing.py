"""What an import did is undone, some customers at a time. Customers decide what goes, returns and stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import text

from servicekit import jobs
from servicekit.clock import utc_now
from servicekit.database import UnitOfWork
from servicekit.errors import Conflict
from servicekit.jobs import Progress, Run
from services.import_export.runs import kinds, repository, reviewing
from services.import_export.runs.caller import Ended, customers_in, ends_it, scope_in
from services.import_export.runs.domain import phases
from services.import_export.runs.repository import ImportRun

Json = dict[str, Any]
DAYS: Final = 30
CHANGED: Final = ("created", "updated", "merged")
AT_ONCE: Final = 200
_LISTED: Final = 100
_DEADLINE: Final = 60.0
_KEPT: Final = frozenset({"kept", "partly"})
_WRITE: Final = text("""
    UPDATE import_decision d SET undone = r.undone
    FROM json_to_recordset(CAST(:rows AS json)) AS r (n integer, undone json)
    WHERE d.import_id = :id AND d.n = r.n""")


@dataclass(frozen=True, slots=True)
class Undone:
    """What became of some customers; `next` is None after the last."""

    customers: Sequence[Json]
    next: str | None


def begin(uow: UnitOfWork, run: ImportRun, *, by: str) -> None:
    """Raises Conflict unless there is something that can still be undone. The caller has locked it."""
    if run.phase not in (phases.FINISHED, phases.FAILED) or run.started_at is None or run.finished_at is None:
        raise Conflict("not_undoable", {"phase": run.phase})
    if utc_now() > run.finished_at + timedelta(days=DAYS):
        raise Conflict("undo_expired", {"days": DAYS})
    if reviewing.is_under_way(uow.connection, run.id):
        raise Conflict("decision_open")
    total = sum(run.counts.get(name, 0) for name in CHANGED)
    parameters = {"import": str(run.id), "before": run.phase}
    job_id = jobs.create(uow, kind=kinds.UNDO, created_by=by, parameters=parameters, total=total)
    repository.save(uow, run.id, phase=phases.UNDOING, job_id=job_id, problem=None)


class UndoImport:
    """The handler of servicekit.jobs."""

    kind = kinds.UNDO

    @ends_it
    def prepare(self, run: Run) -> Undone:
        scope, ask = scope_in(run).dump(), customers_in(run)
        import_id, after = run.job.parameters["import"], run.job.state.get("after")
        met = ask("import_effects", scope, import_id, after=after, limit=AT_ONCE, deadline=_DEADLINE)
        if not met["customers"]:
            return Undone([], None)
        touched = run.rpc.call("tasks", "with_work", met["customers"], deadline=_DEADLINE)["ids"]
        answer = ask("undo_import", scope, import_id, met["customers"], touched=touched, deadline=_DEADLINE)
        return Undone(answer["customers"], met["next"])

    def step(self, run: Run, uow: UnitOfWork, prepared: Undone | Ended) -> Progress:
        asked = repository.get(uow.connection, UUID(run.job.parameters["import"]), lock=True)
        if isinstance(prepared, Ended):
            repository.save(uow, asked.id, phase=run.job.parameters["before"], problem=prepared.problem)
            return Progress(outcome="failed", problem=prepared.problem)
        counts, kept = dict(run.job.counts), list(run.job.state.get("kept", []))
        for each in prepared.customers:
            counts[each["outcome"]] = counts.get(each["outcome"], 0) + 1
            if each["outcome"] in _KEPT and len(kept) < _LISTED:
                kept.append(each)
        _write(uow, asked.id, prepared.customers)
        state = {"after": prepared.next, "kept": kept}
        done = run.job.done + sum(len(each["rows"]) for each in prepared.customers)
        if prepared.next is None:
            undone = {"counts": counts, "kept": kept, "by": run.job.created_by}
            repository.save(uow, asked.id, phase=phases.UNDONE, undone=undone)
        return Progress(state=state, done=done, counts=counts, finished=prepared.next is None)


def _write(uow: UnitOfWork, import_id: UUID, customers: Sequence[Json]) -> None:
    rows = [
        {"n": n, "undone": {"outcome": each["outcome"], "kept": each.get("kept", [])}}
        for each in customers
        for n in each["rows"]
    ]
    if rows:
        uow.connection.execute(_WRITE, {"id": import_id, "rows": orjson.dumps(rows).decode()})
