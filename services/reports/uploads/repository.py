"""Uploads in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, delete, insert, select, update

from servicekit import jobs
from servicekit.database import UnitOfWork
from servicekit.database.paging import Keyset, SortKey, list_page
from servicekit.errors import NotFound
from servicekit.inputs import find_id
from servicekit.jobs import Job
from servicekit.scope import Scope
from services.reports.tables import report_upload

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Upload:
    """One file. `storage_key` until it has been read, `columnar_key` from then on. In lists without its
    columns and problems, which may be megabytes."""

    id: UUID
    created_by: str
    job_id: UUID
    filename: str
    size: int
    sha256: str
    created_at: datetime
    expires_at: datetime
    storage_key: str | None = None
    columnar_key: str | None = None
    rows: int | None = None
    columns: list[Json] | None = None
    problems: list[Json] = field(default_factory=list)

    @property
    def files(self) -> list[str]:
        return [key for key in (self.storage_key, self.columnar_key) if key is not None]


_COLUMNS: Final = [report_upload.c[name] for name in Upload.__dataclass_fields__]
_LISTED: Final = [column for column in _COLUMNS if column.name not in ("columns", "problems")]
_NEWEST: Final = Keyset(
    "-created_at", [SortKey(report_upload.c.created_at, descending=True)], report_upload.c.id
)


def add(uow: UnitOfWork, upload: Upload) -> None:
    values = {name: getattr(upload, name) for name in Upload.__dataclass_fields__}
    uow.connection.execute(insert(report_upload), values)


def publish(
    uow: UnitOfWork, upload_id: UUID, *, key: str, rows: int, columns: list[Json], problems: list[Json]
) -> None:
    """It has been read: the copy stands for the file. Of one that was deleted meanwhile nothing is said."""
    values = {"columnar_key": key, "rows": rows, "columns": columns, "problems": problems}
    statement = update(report_upload).where(report_upload.c.id == upload_id)
    uow.connection.execute(statement.values(**values, storage_key=None))


def remove(uow: UnitOfWork, upload_id: UUID) -> None:
    uow.connection.execute(delete(report_upload).where(report_upload.c.id == upload_id))


def find(connection: Connection, upload_id: UUID) -> Upload | None:
    row = connection.execute(select(*_COLUMNS).where(report_upload.c.id == upload_id)).first()
    return None if row is None else _to_upload(row)


def get_visible(connection: Connection, scope: Scope, upload_id: Any) -> tuple[Upload, Job]:
    """Raises NotFound, the same for one that never was and for one of somebody else."""
    asked = find_id(upload_id)
    upload = find(connection, asked) if asked else None
    found = with_job(connection, upload) if upload else None
    if upload is None or found is None or not (scope.is_admin or upload.created_by == scope.user_id):
        raise NotFound("upload_not_found")
    return found


def with_job(connection: Connection, upload: Upload) -> tuple[Upload, Job] | None:
    """The copy is published as the job ends: who sees the end must not see the upload from before it."""
    job = jobs.find(connection, upload.job_id)
    if job is None or not job.is_finished or upload.columnar_key is not None:
        return None if job is None else (upload, job)
    now = find(connection, upload.id)
    return None if now is None else (now, job)


def page(
    connection: Connection, scope: Scope, *, limit: int, cursor: str | None
) -> tuple[Sequence[tuple[Upload, Job]], str | None]:
    """The caller's own, or all for an administrator; newest first."""
    statement = select(*_LISTED)
    if not scope.is_admin:
        statement = statement.where(report_upload.c.created_by == scope.user_id)
    found = list_page(connection, statement, _NEWEST, cursor=cursor, limit=limit)
    uploads = [_to_upload(row) for row in found.rows]
    return [both for upload in uploads if (both := with_job(connection, upload))], found.next


def _to_upload(row: Row[Any]) -> Upload:
    return Upload(
        **{name: row._mapping[name] for name in Upload.__dataclass_fields__ if name in row._mapping}
    )
