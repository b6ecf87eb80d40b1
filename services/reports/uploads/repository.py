"""Uploads in the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete

from servicekit.database import UnitOfWork
from servicekit.jobs import OwnedRows
from services.reports.tables import report_upload

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedUpload:
    """What a list tells of a file. `storage_key` until it has been read, `columnar_key` from then on."""

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

    @property
    def has_result(self) -> bool:
        return self.columnar_key is not None

    @property
    def files(self) -> list[str]:
        return [key for key in (self.storage_key, self.columnar_key) if key is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload(ListedUpload):
    """One file, with what may be megabytes."""

    columns: list[Json] | None = None
    problems: list[Json] = field(default_factory=list)


UPLOADS: Final = OwnedRows(report_upload, Upload, ListedUpload, not_found="upload_not_found")


def publish(
    uow: UnitOfWork, upload_id: UUID, *, key: str, rows: int, columns: list[Json], problems: list[Json]
) -> None:
    """It has been read: the copy stands for the file."""
    read = {"rows": rows, "columns": columns, "problems": problems}
    UPLOADS.change(uow, upload_id, **read, columnar_key=key, storage_key=None)


def remove(uow: UnitOfWork, upload_id: UUID) -> None:
    uow.connection.execute(delete(report_upload).where(report_upload.c.id == upload_id))
