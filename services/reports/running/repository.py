"""Runs in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from servicekit.database import UnitOfWork
from servicekit.jobs import OwnedRows
from services.reports.tables import report_run

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRun:
    """What a list tells of it. `source`: None if it is long; `masked`: contact data was hidden from whoever
    asked."""

    id: UUID
    created_by: str
    job_id: UUID
    name: str
    source: Json | None
    masked: bool
    created_at: datetime
    rights: Json | None = None
    files: Json | None = None
    expires_at: datetime | None = None

    @property
    def has_result(self) -> bool:
        return self.files is not None

    def is_there(self, now: datetime) -> bool:
        """Whether its files may still be had."""
        return self.files is not None and self.expires_at is not None and now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRun(ListedRun):
    """One report made in the background. `asked`: source, configuration, zone and the last customer."""

    asked: Json
    summary: Json | None = None


RUNS: Final = OwnedRows(report_run, ReportRun, ListedRun, not_found="run_not_found")


def publish(
    uow: UnitOfWork, run_id: UUID, *, files: Json, summary: Json, rights: Json, until: datetime
) -> None:
    """What it came to, and with which rights."""
    RUNS.change(uow, run_id, files=files, summary=summary, rights=rights, expires_at=until)
