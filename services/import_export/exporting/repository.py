"""Exports in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from directory.file_rights import Rights
from servicekit.database import UnitOfWork
from servicekit.jobs import OwnedRows
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

    @property
    def has_result(self) -> bool:
        return self.storage_key is not None


EXPORTS: Final = OwnedRows(export_run, ExportRun, ExportRun, not_found="export_not_found")


def publish(
    uow: UnitOfWork, export_id: UUID, *, key: str, size: int, rights: Rights, until: datetime
) -> None:
    """The file is there."""
    EXPORTS.change(uow, export_id, storage_key=key, size=size, rights=rights.dump(), expires_at=until)
