"""The end of an import: what was not done is said, the rest is counted, refused rows become files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, text

from servicekit.clock import utc_now
from servicekit.database import UnitOfWork
from servicekit.jobs import Progress, Run
from services.import_export.runs import kinds, parts, refused, repository, starting
from services.import_export.runs.announcements import import_finished_v1
from services.import_export.runs.domain import phases
from services.import_export.runs.repository import ImportRun

Json = dict[str, Any]

_SKIP: Final = text("""
    UPDATE import_decision SET outcome = 'skipped', code = :code, customer_id = NULL, errors = NULL,
        candidates = NULL, drifted = false
    WHERE import_id = :id AND batch BETWEEN :first AND :last""")
_PART_ENDED: Final = text("""
    UPDATE import_part SET next_batch = last_batch + 1 WHERE import_id = :id AND part = :part""")
_COUNTS: Final = text("""
    SELECT outcome, count(*), count(*) FILTER (WHERE drifted) FROM import_decision
    WHERE import_id = :id GROUP BY 1""")


@dataclass(frozen=True, slots=True)
class Skipped:
    """A part that stopped before its end."""

    part: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Counted:
    """Everything: `refused` is where the files are."""

    refused: Json | None


class FinishImport:
    """The handler of servicekit.jobs."""

    kind = kinds.FINISH

    def prepare(self, run: Run) -> Skipped | Counted:
        with run.database.reading() as connection:
            asked = repository.get(connection, UUID(run.job.parameters["import"]))
            short = parts.cut_short(connection, asked.id)
        if short:
            return Skipped(*short[0])
        return Counted(refused.write_files(run, asked))

    def step(self, run: Run, uow: UnitOfWork, prepared: Skipped | Counted) -> Progress:
        asked = repository.get(uow.connection, UUID(run.job.parameters["import"]))
        if isinstance(prepared, Skipped):
            return _skip(uow, asked, prepared)
        return _finish(uow, asked, prepared)


def _skip(uow: UnitOfWork, asked: ImportRun, short: Skipped) -> Progress:
    code = (asked.problem or {}).get("code") or "cancelled"
    values = {"id": asked.id, "first": short.first, "last": short.last, "code": code}
    uow.connection.execute(_SKIP, values)
    uow.connection.execute(_PART_ENDED, {"id": asked.id, "part": short.part})
    return Progress()


def _finish(uow: UnitOfWork, asked: ImportRun, done: Counted) -> Progress:
    repository.lock_file(uow, asked.sha256)
    asked = repository.get(uow.connection, asked.id, lock=True)
    if asked.phase != phases.RUNNING:
        return Progress(finished=True)
    counts, drifted = counted(uow.connection, asked.id)
    phase = phases.FAILED if asked.ending == "failed" else phases.FINISHED
    repository.save(
        uow,
        asked.id,
        phase=phase,
        counts=counts,
        drifted=drifted,
        refused=done.refused,
        finished_at=utc_now(),
    )
    uow.outbox.add(import_finished_v1(asked, phase=phase, counts=counts))
    starting.let_next_begin(uow, asked)
    return Progress(finished=True)


def counted(connection: Connection, import_id: UUID) -> tuple[dict[str, int], int]:
    """How many rows came to what, and how many otherwise than planned."""
    found = connection.execute(_COUNTS, {"id": import_id}).all()
    return {outcome: count for outcome, count, _ in found}, sum(drifted for *_, drifted in found)
