"""The check of an import: every row is read, put beside those that may be about the same person, and decided
on as the run will decide. Nothing is written in customers.

First what an earlier check left is cleared away, then the file is staged, then batch after batch is planned.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from servicekit.database import UnitOfWork
from servicekit.jobs import Progress, Run
from servicekit.scope import Scope
from services.import_export.mapping.facts import checked_facts
from services.import_export.reading import parent
from services.import_export.reading.parent import StagedRow
from services.import_export.runs import kinds, repository, rows, sheets
from services.import_export.runs.caller import Ended, customers_in, ends_it, scope_in
from services.import_export.runs.domain import phases
from services.import_export.runs.domain.columns import Columns, decision_of
from services.import_export.runs.domain.options import READING
from services.import_export.runs.domain.tally import Tally
from services.import_export.runs.local import LocalCopy
from services.import_export.runs.repository import ImportRun
from services.import_export.runs.rows import Staged

if TYPE_CHECKING:
    from services.import_export.runs.domain.grouping import Batches

Json = dict[str, Any]
TOO_MANY: Final = "too_many_rows_alike"
_DEADLINE: Final = 60.0
_KEPT_BATCHES: Final = 4
_CREATE: Final = "create"

_batches: dict[UUID, Batches] = {}  # by job: made anew by whoever has them not


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows as they were read; None: there are no more."""

    rows: Sequence[StagedRow] | None
    keys: Sequence[list[int]] = ()
    blank: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What customers would do with a batch; `last`: there is none after it."""

    batch: int
    staged: Sequence[Staged] = ()
    answers: Sequence[Json] = ()
    alike: Sequence[int] = field(default_factory=list)
    last: bool = False


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
        return _read(run, scope, asked) if stage == "read" else _plan(run, scope, asked)

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
            case Chunk():
                return _stage(run, uow, asked, prepared)
            case _:
                return _write_plan(run, uow, asked, prepared)


def _clear(uow: UnitOfWork, asked: ImportRun) -> Progress:
    if rows.clear(uow, asked.id):
        return Progress()
    return Progress(state={"stage": "read"}, total=2 * (asked.rows or 0))


def _fail(uow: UnitOfWork, asked: ImportRun, why: Ended) -> Progress:
    sheets.close(asked.id)
    repository.save(uow, asked.id, phase=phases.FAILED, problem=why.problem)
    return Progress(outcome="failed", problem=why.problem)


def _read(run: Run, scope: Scope, asked: ImportRun) -> Chunk:
    after = run.job.state.get("after", 0)
    open_sheet = sheets.sheet(asked.id, after=after, opened=lambda: _opened(run, scope, asked, after))
    chunk = open_sheet.next()
    if chunk is None:
        blank = open_sheet.blank
        sheets.close(asked.id)
        return Chunk(None, blank=blank)
    return Chunk(chunk, _keys(run, scope, chunk))


def _opened(run: Run, scope: Scope, asked: ImportRun, after: int) -> sheets.Sheet:
    facts = checked_facts(customers_in(run), scope)
    copy = LocalCopy(asked.storage_key)
    try:
        read = parent.rows(
            copy.path,
            filename=asked.filename,
            options=_reading(asked),
            mapping=asked.mapping,
            facts=facts,
            after=after,
        )
    except BaseException:
        copy.close()
        raise
    return sheets.Sheet(copy, read, after=after)


def _reading(asked: ImportRun) -> Json:
    """The options in force: what was detected, or asked for instead."""
    detected = asked.detected or {}
    return {name: detected.get(name) for name in READING}


def _keys(run: Run, scope: Scope, chunk: Sequence[StagedRow]) -> list[list[int]]:
    """What rows are grouped by: their own keys, and the customer that each would meet."""
    if run.job.parameters["options"]["policy"] == _CREATE:
        return [[] for _ in chunk]
    named = [_named(row) for row in chunk if row["form"] and row["keys"]]
    found: Mapping[str, str] = {}
    if named:
        answer = customers_in(run)("import_targets", scope.dump(), named, deadline=_DEADLINE)
        found = answer["targets"]
    return [
        [*row["keys"], _hashed(found[str(row["n"])])] if str(row["n"]) in found else row["keys"]
        for row in chunk
    ]


def _named(row: StagedRow) -> Json:
    form = row["form"] or {}
    pairs = [[each["space"], each["identity"]] for each in form.get("addresses", ())]
    named: Json = {"n": row["n"], "identities": pairs}
    return {**named, "id": form["id"]} if form.get("id") else named


def _hashed(target: str) -> int:
    digest = hashlib.blake2b(b"customer\0" + target.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _stage(run: Run, uow: UnitOfWork, asked: ImportRun, chunk: Chunk) -> Progress:
    state = dict(run.job.state)
    if chunk.rows is None:
        return _staged(uow, run, asked, chunk)
    tally = Tally(state.get("tally"))
    rows.stage(uow, asked.id, chunk.rows, keys=chunk.keys)
    refused = [row for row in chunk.rows if row["form"] is None or row["errors"]]
    rows.decide(uow, asked.id, (_refused(row) for row in refused))
    for row in refused:
        tally.add(row["n"], "refused")
        tally.blame(row["n"], row["errors"], severity="error")
    for row in chunk.rows:
        tally.blame(row["n"], row["warnings"], severity="warning")
    state |= {"after": chunk.rows[-1]["n"], "tally": tally.dump()}
    state["rows"] = state.get("rows", 0) + len(chunk.rows)
    state["refused"] = state.get("refused", 0) + len(refused)
    return Progress(state=state, done=run.job.done + len(chunk.rows) + len(refused))


def _refused(row: StagedRow) -> Json:
    return {
        "n": row["n"],
        "outcome": "refused",
        "code": row["errors"][0]["code"],
        "errors": row["errors"],
        "warnings": row["warnings"],
    }


def _staged(uow: UnitOfWork, run: Run, asked: ImportRun, chunk: Chunk) -> Progress:
    """Now it is known how many rows there are."""
    count = run.job.state.get("rows", 0)
    repository.save(uow, asked.id, rows=count, blank=chunk.blank)
    state = {**run.job.state, "stage": "plan", "batch": 0}
    return Progress(state=state, total=2 * count)


def _plan(run: Run, scope: Scope, asked: ImportRun) -> Plan:
    batches, batch = _batches_of(run, asked.id), run.job.state["batch"]
    alike = batches.refused.tolist() if batch == 0 else []
    if batch >= len(batches):
        return Plan(batch, alike=alike, last=True)
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
    return Plan(batch, staged, answer["rows"], alike, last=batch + 1 == len(batches))


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


def _write_plan(run: Run, uow: UnitOfWork, asked: ImportRun, plan: Plan) -> Progress:
    tally, columns = Tally(run.job.state.get("tally")), Columns(asked.detected or {}, asked.mapping or {})
    decisions = [
        _decision(answer, staged, columns) for answer, staged in zip(plan.answers, plan.staged, strict=True)
    ]
    for answer, decision in zip(plan.answers, decisions, strict=True):
        _count(tally, answer, decision, columns)
    rows.decide(uow, asked.id, decisions, batch=plan.batch)
    _refuse_alike(uow, asked, plan.alike, tally)
    done = run.job.done + len(decisions) + len(plan.alike)
    if plan.last:
        return _checked(run, uow, asked, tally, done)
    state = {**run.job.state, "batch": plan.batch + 1, "tally": tally.dump()}
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


def _refuse_alike(uow: UnitOfWork, asked: ImportRun, alike: Sequence[int], tally: Tally) -> None:
    problem = {"column": None, "code": TOO_MANY, "detail": "more than 1,000 rows are about one customer"}
    refused = [{"n": n, "outcome": "refused", "code": TOO_MANY, "errors": [problem]} for n in alike]
    rows.decide(uow, asked.id, refused)
    for n in alike:
        tally.add(n, "refused")
        tally.blame(n, [problem], severity="error")


def _checked(run: Run, uow: UnitOfWork, asked: ImportRun, tally: Tally, done: int) -> Progress:
    _batches.pop(run.job.id, None)
    repository.save(
        uow,
        asked.id,
        phase=phases.CHECKED,
        options=run.job.parameters["options"],
        counts=tally.counts,
        found=tally.found(),
    )
    return Progress(done=done, counts=tally.counts, finished=True)
