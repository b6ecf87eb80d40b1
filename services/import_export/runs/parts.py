"""The parts of an import: ranges of batches, each a job, so that all workers share the work.

Only a few are queued at a time, since whoever comes later waits for what is in the queue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from servicekit import jobs
from servicekit.database import UnitOfWork
from services.import_export.runs import kinds
from services.import_export.runs.repository import ImportRun

BATCHES: Final = 20  # a few seconds of work
AT_ONCE: Final = 4

_ADD: Final = text("""
    INSERT INTO import_part (import_id, part, first_batch, last_batch, next_batch, rows)
    VALUES (:id, :part, :first, :last, :first, :rows)""")
_NEXT: Final = text("""
    SELECT part, rows FROM import_part WHERE import_id = :id AND job_id IS NULL AND NOT done
    ORDER BY part LIMIT :count""")
_GIVE_JOB: Final = text("""
    UPDATE import_part SET job_id = :job WHERE import_id = :id AND part = :part""")
_GET: Final = text("SELECT * FROM import_part WHERE import_id = :id AND part = :part")
_END: Final = text("""
    UPDATE import_part SET done = true, next_batch = :next WHERE import_id = :id AND part = :part""")
_LEFT: Final = text("SELECT count(*) FROM import_part WHERE import_id = :id AND NOT done")
_END_UNQUEUED: Final = text("""
    UPDATE import_part SET done = true WHERE import_id = :id AND job_id IS NULL""")
_NOT_BEGUN: Final = text("""
    SELECT part, job_id, first_batch FROM import_part p JOIN job j ON j.id = p.job_id
    WHERE p.import_id = :id AND NOT p.done AND j.status = 'queued' ORDER BY part FOR NO KEY UPDATE OF j""")
_CUT_SHORT: Final = text("""
    SELECT part, next_batch, last_batch FROM import_part
    WHERE import_id = :id AND next_batch <= last_batch ORDER BY part""")
_LEAVE_OUT: Final = text("""
    UPDATE import_part SET next_batch = last_batch + 1, counts = :counts
    WHERE import_id = :id AND part = :part""").bindparams(bindparam("counts", type_=JSONB))
_FORGET: Final = text("DELETE FROM import_part WHERE import_id = :id")
_SUMS: Final = text("""
    SELECT p.import_id, coalesce(sum(j.done), 0) AS done, sum(p.rows) AS total,
           coalesce(sum(j.version), 0) AS version, bool_or(j.started_at IS NOT NULL) AS begun,
           jsonb_agg(p.counts) || jsonb_agg(coalesce(j.counts, '{}')) AS counts
    FROM import_part p LEFT JOIN job j ON j.id = p.job_id
    WHERE p.import_id = ANY(CAST(:ids AS uuid[])) GROUP BY 1""")


@dataclass(frozen=True, slots=True)
class Sums:
    """How far all parts of an import have come together. `counts`: what came otherwise than planned."""

    done: int
    total: int
    version: int
    begun: bool
    counts: dict[str, int]


def sizes_with(sizes: Sequence[Sequence[int]], batch: int | None, rows: int) -> list[list[int]]:
    """Of each part its batches and rows, with one batch more."""
    if batch is None:
        return [list(size) for size in sizes]
    if batch % BATCHES == 0:
        return [*map(list, sizes), [1, rows]]
    *before, (batches, known) = sizes
    return [*map(list, before), [batches + 1, known + rows]]


def divide(uow: UnitOfWork, run: ImportRun) -> int:
    """The parts as the check has measured them, the first of them queued; returns how many there are."""
    sizes, first = run.found.get("parts", []), 0
    for part, (batches, rows) in enumerate(sizes):
        values = {"first": first, "last": first + batches - 1, "rows": rows}
        uow.connection.execute(_ADD, {"id": run.id, "part": part, **values})
        first += batches
    queue_next(uow, run, count=AT_ONCE)
    return len(sizes)


def queue_next(uow: UnitOfWork, run: ImportRun, *, count: int = 1) -> None:
    """The next parts, if any are left. The caller has locked the run."""
    for each in uow.connection.execute(_NEXT, {"id": run.id, "count": count}).all():
        parameters = {"import": str(run.id), "part": each.part}
        job_id = jobs.create(
            uow, kind=kinds.PART, created_by=run.created_by, parameters=parameters, total=each.rows
        )
        uow.connection.execute(_GIVE_JOB, {"id": run.id, "part": each.part, "job": job_id})


def get(connection: Connection, import_id: UUID, part: int) -> Row[Any]:
    return connection.execute(_GET, {"id": import_id, "part": part}).one()


def end(uow: UnitOfWork, import_id: UUID, part: int, *, next_batch: int) -> bool:
    """It stops before `next_batch`. Whether it was the last of all; the caller has locked the run."""
    uow.connection.execute(_END, {"id": import_id, "part": part, "next": next_batch})
    return are_done(uow.connection, import_id)


def are_done(connection: Connection, import_id: UUID) -> bool:
    return connection.execute(_LEFT, {"id": import_id}).scalar_one() == 0


def end_those_not_begun(uow: UnitOfWork, import_id: UUID) -> None:
    """Those under work stop by themselves. The caller has locked the run."""
    uow.connection.execute(_END_UNQUEUED, {"id": import_id})
    for each in uow.connection.execute(_NOT_BEGUN, {"id": import_id}).all():
        jobs.request_cancel(uow, each.job_id)
        end(uow, import_id, each.part, next_batch=each.first_batch)


def cut_short(connection: Connection, import_id: UUID) -> list[tuple[int, int, int]]:
    """(part, first batch that was not done, last batch) of those that stopped before their end."""
    return [(row[0], row[1], row[2]) for row in connection.execute(_CUT_SHORT, {"id": import_id})]


def leave_out(uow: UnitOfWork, import_id: UUID, part: int, *, counts: Mapping[str, int]) -> None:
    """What was left of a part is written down; `counts`: how that changes what the check has counted."""
    uow.connection.execute(_LEAVE_OUT, {"id": import_id, "part": part, "counts": counts})


def forget(uow: UnitOfWork, import_id: UUID) -> None:
    uow.connection.execute(_FORGET, {"id": import_id})


def sums(connection: Connection, import_ids: list[UUID]) -> dict[UUID, Sums]:
    """By import, of those that have parts."""
    found = connection.execute(_SUMS, {"ids": import_ids})
    return {
        row.import_id: Sums(int(row.done), int(row.total), int(row.version), row.begun, added(*row.counts))
        for row in found
    }


def added(*counts: Mapping[str, int]) -> dict[str, int]:
    total: dict[str, int] = {}
    for each in counts:
        for name, count in each.items():
            total[name] = total.get(name, 0) + count
    return total
