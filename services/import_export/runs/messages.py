"""Imports and their rows as they are shown: plain JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row

from servicekit.clock import to_rfc3339, utc_now
from servicekit.jobs import Job, job_message
from services.import_export.runs.domain import phases
from services.import_export.runs.domain.columns import Columns
from services.import_export.runs.parts import Sums
from services.import_export.runs.repository import ImportRun

Json = dict[str, Any]
UNDO_DAYS: Final = 30
_PATH: Final = "/v1/imports"
_OF_ONE: Final = frozenset(
    {"detected", "suggested_mapping", "mapping", "issues", "unknown_options", "samples", "same_file", "undo"}
)
_NOTHING_YET: Final[Json] = {"done": 0, "total": None, "percent": None, "rate": None, "eta_seconds": None}


@dataclass(frozen=True, slots=True)
class Around:
    """What stands beside a run: the work of its phase, the same file before, a few of its rows."""

    job: Job | None = None
    sums: Sums | None = None
    same_file: Sequence[Json] = ()
    samples: Mapping[str, Sequence[Json]] = field(default_factory=dict)


def import_message(run: ImportRun, around: Around) -> Json:
    counts = counts_of(run, around)
    return {
        "id": str(run.id),
        "kind": "import",
        "status": phases.status_of(run.phase, counts=counts, begun=_begun(run, around)),
        "phase": run.phase,
        "filename": run.filename,
        "size": run.size,
        "detected": run.detected,
        "suggested_mapping": run.suggested,
        "mapping": run.mapping,
        "options": run.options,
        "progress": _progress(run, around, utc_now()),
        "counts": counts,
        "rows": run.rows,
        "blank": run.blank,
        "issues": run.found.get("issues", []),
        "unknown_options": run.found.get("unknown_options", []),
        "samples": {name: list(rows) for name, rows in around.samples.items()},
        "same_file": list(around.same_file),
        "drifted": run.drifted
        if _is_over(run)
        else (around.sums.counts.get("drifted", 0) if around.sums else 0),
        "undo": run.undone,
        "undo_until": _moment(undo_until(run)),
        "problem": run.problem,
        "created_by": run.created_by,
        "created_at": to_rfc3339(run.created_at),
        "started_at": _moment(run.started_at),
        "finished_at": _moment(run.finished_at),
        "version": version_of(run, around),
        "links": _links(run),
    }


def listed_message(run: ImportRun, around: Around) -> Json:
    """The same in a list: without columns, samples and whatever else a file is long in."""
    message = import_message(replace(run, found={}), around)
    return {name: value for name, value in message.items() if name not in _OF_ONE}


def counts_of(run: ImportRun, around: Around) -> dict[str, int]:
    """What the check promised, corrected by what has come otherwise so far: always all rows."""
    changes = around.sums.counts if around.sums and not _is_over(run) else {}
    return {name: run.counts.get(name, 0) + changes.get(name, 0) for name in phases.COUNTS}


def version_of(run: ImportRun, around: Around) -> int:
    """Rises with all that is shown, the progress of the work among it."""
    if around.sums is not None and (around.job is None or run.phase == phases.RUNNING):
        parts = around.sums.version
    else:
        parts = 0
    return run.version + parts + (around.job.version if around.job else 0)


def undo_until(run: ImportRun) -> datetime | None:
    """Until when what it did can be undone; None while there is nothing to undo."""
    if run.started_at is None or run.phase not in (phases.FINISHED, phases.FAILED, phases.UNDOING):
        return None
    return (run.finished_at or run.started_at) + timedelta(days=UNDO_DAYS)


def row_message(row: Row[Any], columns: Columns, *, longest: int | None = None) -> Json:
    """`longest`: characters of a cell, if they are not cut yet."""
    cells = row.cells if longest is None else [_cut(cell, longest) for cell in row.cells]
    return {
        "n": row.n,
        "cells": columns.cells(cells),
        "outcome": row.outcome,
        "customer": None if row.customer_id is None else str(row.customer_id),
        "code": row.code,
        "errors": row.errors or [],
        "warnings": row.warnings or [],
        "candidates": row.candidates or [],
        "drifted": row.drifted,
        "undo": row.undone,
    }


def _cut(cell: str | None, longest: int) -> str | None:
    return cell if cell is None or len(cell) <= longest else f"{cell[:longest]}…"


def _begun(run: ImportRun, around: Around) -> bool:
    if run.phase == phases.RUNNING and around.sums is not None:
        return around.sums.begun
    return around.job is not None and around.job.started_at is not None


def _is_over(run: ImportRun) -> bool:
    return run.phase in phases.OVER or run.phase == phases.UNDOING


def _progress(run: ImportRun, around: Around, now: datetime) -> Json:
    if run.phase in (phases.READING, phases.CHECKING, phases.UNDOING) and around.job is not None:
        progress: Json = job_message(around.job, now=now)["progress"]
        return progress
    total = run.rows
    if run.phase == phases.RUNNING and around.sums is not None:
        return _shared(run, around.sums, now)
    if run.phase in (phases.FINISHED, phases.UNDONE):
        return {**_NOTHING_YET, "done": total, "total": total, "percent": 100.0}
    return {**_NOTHING_YET, "total": total, "percent": None if total is None else 0.0}


def _shared(run: ImportRun, sums: Sums, now: datetime) -> Json:
    """Of all parts together; rows that are never sent on are done from the beginning."""
    total = run.rows or sums.total
    done = total - sums.total + sums.done
    seconds = (now - (run.started_at or now).astimezone(UTC)).total_seconds()
    rate = round(sums.done / seconds, 1) if seconds > 0 and sums.done else None
    left = sums.total - sums.done
    return {
        "done": done,
        "total": total,
        "percent": min(100.0, round(100 * done / total, 1)) if total else 0.0,
        "rate": rate,
        "eta_seconds": round(left / rate) if rate else None,
    }


def _links(run: ImportRun) -> Json:
    own = f"{_PATH}/{run.id}"
    links = {"self": own, "events": f"{own}/events", "rows": f"{own}/rows"}
    if run.refused:
        links |= {f"refused_{name}": f"{own}/refused.{name}" for name in run.refused}
    return links


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else to_rfc3339(moment)
