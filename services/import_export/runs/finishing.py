"""The end of an import: what was not done is said, the rest is counted, refused rows become files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from servicekit.database import UnitOfWork
from servicekit.jobs import Progress, Run
from services.import_export.runs import ending, kinds, parts, queries, refused, repository, rows, running
from services.import_export.runs.caller import customers_in
from services.import_export.runs.domain import phases
from services.import_export.runs.repository import ImportRun

Json = dict[str, Any]
_DEADLINE: Final = 60.0

_SKIP: Final = text("""
    WITH left_out AS MATERIALIZED (
        SELECT n, outcome FROM import_decision
        WHERE import_id = :id AND batch BETWEEN :first AND :last AND n <> ALL(CAST(:done AS integer[]))
    ), written AS (
        UPDATE import_decision d SET outcome = 'skipped', code = :code, customer_id = NULL, errors = NULL,
            candidates = NULL
        FROM left_out WHERE d.import_id = :id AND d.n = left_out.n)
    SELECT outcome, count(*) FROM left_out GROUP BY 1""")


@dataclass(frozen=True, slots=True)
class Skipped:
    """A part that stopped before its end.

    `sent`: rows that customers did all the same, for a worker who died before writing it down.
    """

    part: int
    first: int
    last: int
    sent: Sequence[Json]
    answers: Sequence[Json]


@dataclass(frozen=True, slots=True)
class Written:
    """Everything: `refused` is where the files are."""

    refused: Json | None


class FinishImport:
    """The handler of servicekit.jobs."""

    kind = kinds.FINISH

    def prepare(self, run: Run) -> Skipped | Written:
        with run.database.reading() as connection:
            asked = repository.get(connection, UUID(run.job.parameters["import"]))
            short = parts.cut_short(connection, asked.id)
        if short:
            return _asked_about(run, asked, *short[0])
        return Written(refused.write_files(run, asked) if run.job.parameters["files"] else None)

    def step(self, run: Run, uow: UnitOfWork, prepared: Skipped | Written) -> Progress:
        asked = repository.get(uow.connection, UUID(run.job.parameters["import"]))
        if isinstance(prepared, Skipped):
            return _skip(uow, asked, prepared)
        return _finish(uow, asked, prepared)


def _asked_about(run: Run, asked: ImportRun, part: int, first: int, last: int) -> Skipped:
    """Only the first batch that is not written down can have been sent. Asking needs nobody's rights."""
    with run.database.reading() as connection:
        planned = {row["n"]: row for row in rows.planned(connection, asked.id, first)}
    ask = customers_in(run)
    answers = ask("import_outcomes", str(asked.id), list(planned), deadline=_DEADLINE)["rows"]
    return Skipped(part, first, last, [planned[answer["n"]] for answer in answers], answers)


def _skip(uow: UnitOfWork, asked: ImportRun, short: Skipped) -> Progress:
    changes = running.record(uow, asked.id, short.sent, short.answers, queries.columns_of(asked))
    values = {
        "id": asked.id,
        "first": short.first,
        "last": short.last,
        "done": [row["n"] for row in short.sent],
        "code": (asked.problem or {}).get("code") or "cancelled",
    }
    for outcome, count in uow.connection.execute(_SKIP, values):
        changes = parts.added(changes, {outcome: -count}, {"skipped": count})
    parts.leave_out(uow, asked.id, short.part, counts=changes)
    return Progress()


def _finish(uow: UnitOfWork, asked: ImportRun, done: Written) -> Progress:
    repository.lock_file(uow, asked.sha256)
    asked = repository.get(uow.connection, asked.id, lock=True)
    if asked.phase == phases.RUNNING:
        phase = phases.FAILED if asked.ending == "failed" else phases.FINISHED
        ending.end(uow, asked, phase=phase, refused=done.refused)
    return Progress(finished=True)
