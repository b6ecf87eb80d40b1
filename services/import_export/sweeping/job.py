"""A sweep: imports that are over for thirty days go with their rows and files, and so do files of nobody, and
exports of yesterday.

Somebody may start in this moment what has lain for a month: every step looks again, and holds on to the
import while it does its part. Files go last, when nothing can name them any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text

from servicekit.clock import utc_now
from servicekit.database import UnitOfWork
from servicekit.files import storage
from servicekit.jobs import Progress, Run
from services.import_export.exporting.expiry import expire
from services.import_export.runs import parts, repository, rows
from services.import_export.runs.domain import phases
from services.import_export.runs.kinds import SWEEP

DAYS: Final = 30
PREFIXES: Final = ("uploads", "results")
_ORPHANED: Final = timedelta(days=1)
_AT_ONCE: Final = 500

_IS_OLD: Final = """
    greatest(created_at, finished_at) < now() - make_interval(days => :days)
    AND phase NOT IN ('reading', 'checking', 'waiting', 'running', 'undoing')"""
_OLD: Final = text(f"SELECT id FROM import_run WHERE {_IS_OLD} ORDER BY created_at LIMIT 1")
_HOLD: Final = text(f"""
    SELECT phase, array_remove(
        ARRAY[storage_key, refused #>> '{{csv,key}}', refused #>> '{{xlsx,key}}'], NULL) AS files
    FROM import_run WHERE id = :id AND {_IS_OLD} FOR UPDATE""")
_FORGET: Final = text("DELETE FROM import_run WHERE id = :id")
_NAMED: Final = text("""
    SELECT storage_key FROM import_run WHERE storage_key = ANY(:keys)
    UNION ALL SELECT storage_key FROM export_run WHERE storage_key = ANY(:keys)
    UNION ALL SELECT refused #>> '{csv,key}' FROM import_run WHERE refused #>> '{csv,key}' = ANY(:keys)
    UNION ALL SELECT refused #>> '{xlsx,key}' FROM import_run WHERE refused #>> '{xlsx,key}' = ANY(:keys)""")


@dataclass(frozen=True, slots=True)
class Old:
    """An import that is to go, unless somebody takes it up before it does."""

    id: UUID


class Sweep:
    """The handler of servicekit.jobs."""

    kind = SWEEP

    def prepare(self, run: Run) -> Old | None:
        storage().delete(run.job.state.get("files", ()))
        with run.database.reading() as connection:
            old = connection.execute(_OLD, {"days": DAYS}).scalar()
            if old is not None:
                return Old(old)
            _delete_orphans(connection)
        expire(run.database, storage(), now=utc_now())
        return None

    def step(self, run: Run, uow: UnitOfWork, prepared: Old | None) -> Progress:
        if prepared is None:
            return Progress(finished=True)
        return Progress(state={"files": _cleared(uow, prepared.id)}, done=run.job.done + 1)


def _cleared(uow: UnitOfWork, import_id: UUID) -> list[str]:
    """Takes some of an import away; the files that it had, once nothing else of it is left."""
    old = uow.connection.execute(_HOLD, {"id": import_id, "days": DAYS}).first()
    if old is None:
        return []
    if old.phase in phases.BEFORE_START:  # of what has lost rows nothing can be made any more
        repository.save(uow, import_id, phase=phases.CANCELLED)
    if rows.clear(uow, import_id):
        return []
    parts.forget(uow, import_id)
    uow.connection.execute(_FORGET, {"id": import_id})
    return list(old.files)


def _delete_orphans(connection: Connection) -> None:
    """Of uploads and results that were cut off before somebody wrote down where they are."""
    before = utc_now() - _ORPHANED
    for prefix in PREFIXES:
        keys = (each.key for each in storage().list(prefix) if each.at < before)
        while some := list(islice(keys, _AT_ONCE)):
            named = set(connection.execute(_NAMED, {"keys": some}).scalars())
            storage().delete(key for key in some if key not in named)
