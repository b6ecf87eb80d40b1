"""A sweep: imports that are over for thirty days go with their rows and files, and so do files of nobody, and
exports of yesterday.

Files go before the rows that name them: a sweep that is cut off finds what is left.
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
from servicekit.jobs import Progress, Run
from services.import_export.exporting.expiry import expire
from services.import_export.files import storage
from services.import_export.runs import parts, rows
from services.import_export.runs.kinds import SWEEP

DAYS: Final = 30
PREFIXES: Final = ("uploads", "results")
_ORPHANED: Final = timedelta(days=1)
_AT_ONCE: Final = 500

_OLD: Final = text("""
    SELECT id, array_remove(ARRAY[storage_key, refused #>> '{csv,key}', refused #>> '{xlsx,key}'], NULL)
    FROM import_run
    WHERE greatest(created_at, finished_at) < now() - make_interval(days => :days)
        AND phase NOT IN ('reading', 'checking', 'waiting', 'running', 'undoing')
    ORDER BY created_at LIMIT 1""")
_FORGET: Final = text("DELETE FROM import_run WHERE id = :id")
_NAMED: Final = text("""
    SELECT storage_key FROM import_run WHERE storage_key = ANY(:keys)
    UNION ALL SELECT storage_key FROM export_run WHERE storage_key = ANY(:keys)
    UNION ALL SELECT refused #>> '{csv,key}' FROM import_run WHERE refused #>> '{csv,key}' = ANY(:keys)
    UNION ALL SELECT refused #>> '{xlsx,key}' FROM import_run WHERE refused #>> '{xlsx,key}' = ANY(:keys)""")


@dataclass(frozen=True, slots=True)
class Old:
    """An import that is to go; its files are gone."""

    id: UUID


class Sweep:
    """The handler of servicekit.jobs."""

    kind = SWEEP

    def prepare(self, run: Run) -> Old | None:
        with run.database.reading() as connection:
            old = connection.execute(_OLD, {"days": DAYS}).first()
            if old is None:
                _delete_orphans(connection)
        if old is None:
            expire(run.database, storage(), now=utc_now())
            return None
        storage().delete(old[1])
        return Old(old[0])

    def step(self, run: Run, uow: UnitOfWork, prepared: Old | None) -> Progress:
        if prepared is None:
            return Progress(finished=True)
        if rows.clear(uow, prepared.id) == 0:
            parts.forget(uow, prepared.id)
            uow.connection.execute(_FORGET, {"id": prepared.id})
        return Progress(done=run.job.done + 1)


def _delete_orphans(connection: Connection) -> None:
    """Of uploads and results that were cut off before somebody wrote down where they are."""
    before = utc_now() - _ORPHANED
    for prefix in PREFIXES:
        keys = (each.key for each in storage().list(prefix) if each.at < before)
        while some := list(islice(keys, _AT_ONCE)):
            named = set(connection.execute(_NAMED, {"keys": some}).scalars())
            storage().delete(key for key in some if key not in named)
