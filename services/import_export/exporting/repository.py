"""Exports in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, insert, select, update

from directory.file_rights import Rights
from servicekit import jobs
from servicekit.database import UnitOfWork
from servicekit.database.paging import Keyset, SortKey, list_page
from servicekit.errors import NotFound
from servicekit.inputs import find_id
from servicekit.jobs import Job
from servicekit.scope import Scope
from services.import_export.tables import export_run

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ExportRun:
    """One export. `asked` is what customers made of the selection, with the options of the file."""

    id: UUID
    created_by: str
    job_id: UUID
    format: str
    columns: list[Json]
    asked: Json
    rights: Json | None
    storage_key: str | None
    filename: str
    size: int | None
    created_at: datetime
    expires_at: datetime | None


_COLUMNS: Final = [export_run.c[name] for name in ExportRun.__dataclass_fields__]
_NEWEST: Final = Keyset("-created_at", [SortKey(export_run.c.created_at, descending=True)], export_run.c.id)


def add(uow: UnitOfWork, run: ExportRun) -> None:
    values = {name: getattr(run, name) for name in ExportRun.__dataclass_fields__}
    uow.connection.execute(insert(export_run).values(values))


def publish(
    uow: UnitOfWork, export_id: UUID, *, key: str, size: int, rights: Rights, until: datetime
) -> None:
    """The file is there."""
    values = {"storage_key": key, "size": size, "rights": rights.dump(), "expires_at": until}
    uow.connection.execute(update(export_run).where(export_run.c.id == export_id).values(values))


def find(connection: Connection, export_id: UUID) -> ExportRun | None:
    row = connection.execute(select(*_COLUMNS).where(export_run.c.id == export_id)).first()
    return None if row is None else _to_run(row)


def get_visible(connection: Connection, scope: Scope, export_id: Any) -> tuple[ExportRun, Job]:
    """Raises NotFound, the same for one that never was and for one of somebody else."""
    asked = find_id(export_id)
    run = find(connection, asked) if asked else None
    found = with_job(connection, run) if run else None
    if run is None or found is None or not (scope.is_admin or run.created_by == scope.user_id):
        raise NotFound("export_not_found")
    return found


def with_job(connection: Connection, run: ExportRun) -> tuple[ExportRun, Job] | None:
    """The file is published as the job ends: who sees the end must not see the export from before it."""
    job = jobs.find(connection, run.job_id)
    if job is None or not job.is_finished or run.storage_key is not None:
        return None if job is None else (run, job)
    now = find(connection, run.id)
    return None if now is None else (now, job)


def page(
    connection: Connection, scope: Scope, *, limit: int, cursor: str | None
) -> tuple[Sequence[tuple[ExportRun, Job]], str | None]:
    """The caller's own, or all for an administrator; newest first."""
    statement = select(*_COLUMNS)
    if not scope.is_admin:
        statement = statement.where(export_run.c.created_by == scope.user_id)
    found = list_page(connection, statement, _NEWEST, cursor=cursor, limit=limit)
    runs = [_to_run(row) for row in found.rows]
    shown = [both for run in runs if (both := with_job(connection, run))]
    return shown, found.next


def _to_run(row: Row[Any]) -> ExportRun:
    return ExportRun(*row[: len(_COLUMNS)])
