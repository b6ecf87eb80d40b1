"""The run of one part of an import, a batch at a time.

A batch is sent to customers before the step, and what came of it is written in the step. Customers do each
row of an import once: whoever takes over after a death sends the batch again, and is told what was done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from servicekit.database import UnitOfWork
from servicekit.jobs import Progress, Run
from servicekit.scope import Scope
from services.import_export.runs import kinds, parts, repository, rows, starting
from services.import_export.runs.caller import Ended, customers_in, ends_it, scope_in
from services.import_export.runs.domain.columns import Columns, decision_of

Json = dict[str, Any]
_DEADLINE: Final = 60.0
_FAILED: Final = "failed"


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a batch. `last`: this part goes no further; `batch` None: not even this far."""

    batch: int | None
    sent: Sequence[Json] = ()
    answers: Sequence[Json] = ()
    columns: Columns | None = None
    last: bool = False
    scope: Scope | None = None
    rights: Json | None = None  # those known so far


class RunPart:
    """The handler of servicekit.jobs."""

    kind = kinds.PART

    def __init__(self) -> None:
        self._stands_clear = False  # nothing was sent that has not been written down

    @ends_it
    def prepare(self, run: Run) -> Done:
        """Of an import that is to end, what may have been sent before a death is still brought to its end."""
        import_id = UUID(run.job.parameters["import"])
        with run.database.reading() as connection:
            asked = repository.get(connection, import_id)
            part = parts.get(connection, import_id, run.job.parameters["part"])
            batch = run.job.state.get("batch", part.first_batch)
            if asked.ending and (self._stands_clear or asked.ending == _FAILED):
                return Done(None, last=True)
            sent = rows.planned(connection, import_id, batch)
        scope = scope_in(run)
        answer = customers_in(run)(
            "import_batch", scope.dump(), str(import_id), sent, asked.options, deadline=_DEADLINE
        )
        columns = Columns(asked.detected or {}, asked.mapping or {})
        last = batch == part.last_batch or bool(asked.ending)
        return Done(batch, sent, answer["rows"], columns, last=last, scope=scope, rights=asked.rights)

    def step(self, run: Run, uow: UnitOfWork, prepared: Done | Ended) -> Progress:
        import_id = UUID(run.job.parameters["import"])
        if isinstance(prepared, Ended):
            return _fail(run, uow, import_id, prepared)
        progress = _write(run, uow, import_id, prepared)
        self._stands_clear = True
        if prepared.last:
            _end_part(run, uow, import_id, next_batch=(progress.state or run.job.state).get("batch"))
        return progress


def _write(run: Run, uow: UnitOfWork, import_id: UUID, done: Done) -> Progress:
    if done.batch is None:
        return Progress(finished=True)
    assert done.columns is not None
    assert done.scope is not None
    repository.note_rights(uow, import_id, done.scope, done.rights)
    counts = parts.added(run.job.counts, record(uow, import_id, done.sent, done.answers, done.columns))
    state = {"batch": done.batch + 1}
    return Progress(state=state, done=run.job.done + len(done.sent), counts=counts, finished=done.last)


def record(
    uow: UnitOfWork, import_id: UUID, sent: Sequence[Json], answers: Sequence[Json], columns: Columns
) -> dict[str, int]:
    """Writes down what became of rows, and returns how that changes what the check has counted."""
    counts: dict[str, int] = {}
    otherwise, made = [], []
    for row, answer in zip(sent, answers, strict=True):
        plan = row["plan"]
        if not has_drifted(plan, answer):
            if answer["customer"] != plan["customer"]:
                made.append((answer["n"], answer["customer"]))
            continue
        otherwise.append({**decision_of(answer, columns), "drifted": True})
        _add(counts, plan["outcome"], -1)
        _add(counts, answer["outcome"], 1)
        _add(counts, "drifted", 1)
    rows.correct(uow, import_id, otherwise)
    rows.name_customers(uow, import_id, made)
    return counts


def has_drifted(plan: Json, answer: Json) -> bool:
    """Whether a row came otherwise than its check said. Whom it met among those that the file makes, no check
    can know."""
    met = plan["customer"] is not None and answer["customer"] != plan["customer"]
    return bool(answer["outcome"] != plan["outcome"] or met)


def _add(counts: dict[str, int], name: str, change: int) -> None:
    counts[name] = counts.get(name, 0) + change


def _fail(run: Run, uow: UnitOfWork, import_id: UUID, why: Ended) -> Progress:
    asked = repository.get(uow.connection, import_id, lock=True)
    starting.stop(uow, asked, ending=_FAILED, problem=why.problem)
    _end_part(run, uow, import_id, next_batch=run.job.state.get("batch"))
    return Progress(outcome="failed", problem=why.problem)


def _end_part(run: Run, uow: UnitOfWork, import_id: UUID, *, next_batch: int | None) -> None:
    asked = repository.get(uow.connection, import_id, lock=True)
    part = run.job.parameters["part"]
    if next_batch is None:
        next_batch = parts.get(uow.connection, import_id, part).first_batch
    parts.queue_next(uow, asked)  # of an import that is to end nothing is left to queue
    if parts.end(uow, import_id, part, next_batch=next_batch):
        starting.finish(uow, asked)
