"""The last of an import: it is counted and told, and whoever waits for its file has their turn."""

from __future__ import annotations

from typing import Any

from servicekit.clock import utc_now
from servicekit.database import UnitOfWork
from services.import_export.runs import parts, repository, starting
from services.import_export.runs.announcements import import_finished_v1
from services.import_export.runs.repository import ImportRun


def end(uow: UnitOfWork, run: ImportRun, *, phase: str, **values: Any) -> None:
    """Counts are those of the check, as its parts have changed them: a million rows are not counted again.

    The caller has locked the run and its file.
    """
    sums = parts.sums(uow.connection, [run.id]).get(run.id)
    counts = parts.added(run.counts, sums.counts if sums else {})
    drifted = counts.pop("drifted", 0)
    changes = {"phase": phase, "counts": counts, "drifted": drifted, "finished_at": utc_now()}
    repository.save(uow, run.id, **changes, **values)
    uow.outbox.add(import_finished_v1(run, phase=phase, counts=counts))
    starting.let_next_begin(uow, run)
