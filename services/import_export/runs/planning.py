"""The plan of an import: batch after batch customers say what they would do with it, and do nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from servicekit.database import UnitOfWork
from servicekit.jobs import Progress, Run
from servicekit.scope import Scope
from services.import_export.runs import parts, repository, rows
from services.import_export.runs.caller import customers_in
from services.import_export.runs.domain import phases
from services.import_export.runs.domain.columns import Columns, decision_of
from services.import_export.runs.domain.tally import Tally
from services.import_export.runs.repository import ImportRun
from services.import_export.runs.rows import Staged

if TYPE_CHECKING:
    from services.import_export.runs.domain.grouping import Batches

Json = dict[str, Any]
TOO_MANY: Final = "too_many_rows_alike"
_DEADLINE: Final = 60.0
_KEPT_BATCHES: Final = 4
_ALIKE_AT_ONCE: Final = 5_000

_batches: dict[UUID, Batches] = {}  # by job: made anew by whoever has them not


@dataclass(frozen=True, slots=True)
class Plan:
    """What customers would do with a batch, or `alike`: rows that are too many of one group.

    `last`: there is none after it.
    """

    batch: int | None
    staged: Sequence[Staged] = ()
    answers: Sequence[Json] = ()
    alike: Sequence[int] = ()
    last: bool = False


def plan(run: Run, scope: Scope, asked: ImportRun) -> Plan:
    batches, batch = _batches_of(run, asked.id), run.job.state["batch"]
    after = run.job.state.get("alike", 0)
    if after < len(batches.refused):
        return Plan(None, alike=batches.refused[after : after + _ALIKE_AT_ONCE].tolist())
    if batch >= len(batches):
        return Plan(None, last=True)
    with run.database.reading() as connection:
        staged = rows.staged(connection, asked.id, batches.rows(batch))
    asked_rows = [{"n": each.n, "form": each.form} for each in staged]
    answer = customers_in(run)(
        "import_batch",
        scope.dump(),
        str(asked.id),
        asked_rows,
        run.job.parameters["options"],
        dry_run=True,
        deadline=_DEADLINE,
    )
    return Plan(batch, staged, answer["rows"], last=batch + 1 == len(batches))


def _batches_of(run: Run, import_id: UUID) -> Batches:
    known = _batches.get(run.job.id)
    if known is None:
        from services.import_export.runs.batching import read_batches  # numpy: not for who only waits

        with run.patient_connection() as connection:
            known = read_batches(connection.connection.driver_connection, import_id)
        while len(_batches) >= _KEPT_BATCHES:
            _batches.pop(next(iter(_batches)))
        _batches[run.job.id] = known
    return known


def write(run: Run, uow: UnitOfWork, asked: ImportRun, plan: Plan) -> Progress:
    """The rows' outcomes, and after the last all that was found."""
    if plan.alike:
        return _refuse_alike(run, uow, asked, plan.alike)
    tally, columns = Tally(run.job.state.get("tally")), Columns(asked.detected or {}, asked.mapping or {})
    decisions = [
        _decision(answer, staged, columns) for answer, staged in zip(plan.answers, plan.staged, strict=True)
    ]
    for answer, decision in zip(plan.answers, decisions, strict=True):
        _count(tally, answer, decision, columns)
    rows.decide(uow, asked.id, decisions, batch=plan.batch)
    done = run.job.done + len(decisions)
    sizes = parts.sizes_with(run.job.state.get("parts", ()), plan.batch, len(decisions))
    if plan.last:
        return _checked(run, uow, asked, tally, done, sizes)
    state = {
        **run.job.state,
        "batch": (plan.batch or 0) + 1,
        "parts": sizes,
        "tally": tally.dump(),
    }
    return Progress(state=state, done=done)


def _decision(answer: Json, staged: Staged, columns: Columns) -> Json:
    return {
        **decision_of(answer, columns),
        "warnings": [*staged.warnings, *columns.blamed(answer["warnings"])],
    }


def _count(tally: Tally, answer: Json, decision: Json, columns: Columns) -> None:
    n = answer["n"]
    tally.add(n, decision["outcome"])
    tally.blame(n, decision["errors"], severity="error")
    tally.blame(n, columns.blamed(answer["warnings"]), severity="warning")
    if decision["outcome"] == "needs_review":
        tally.blame(n, [{"code": decision["code"]}], severity="review")
    tally.miss(answer.get("unknown_options") or ())


def _refuse_alike(run: Run, uow: UnitOfWork, asked: ImportRun, alike: Sequence[int]) -> Progress:
    tally = Tally(run.job.state.get("tally"))
    problem = {"column": None, "code": TOO_MANY, "detail": "more than 1,000 rows are about one customer"}
    refused = [{"n": n, "outcome": "refused", "code": TOO_MANY, "errors": [problem]} for n in alike]
    rows.decide(uow, asked.id, refused)
    for n in alike:
        tally.add(n, "refused")
        tally.blame(n, [problem], severity="error")
    state = {**run.job.state, "alike": run.job.state.get("alike", 0) + len(alike), "tally": tally.dump()}
    return Progress(state=state, done=run.job.done + len(alike))


def _checked(
    run: Run, uow: UnitOfWork, asked: ImportRun, tally: Tally, done: int, sizes: list[list[int]]
) -> Progress:
    _batches.pop(run.job.id, None)
    repository.save(
        uow,
        asked.id,
        phase=phases.CHECKED,
        options=run.job.parameters["options"],
        counts=tally.counts,
        found={**tally.found(), "parts": sizes},
    )
    return Progress(done=done, counts=tally.counts, finished=True)
