"""Runs in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import Column, Connection, Row, insert, select, update

from servicekit import jobs
from servicekit.database import UnitOfWork
from servicekit.database.paging import Keyset, SortKey, list_page
from servicekit.errors import NotFound
from servicekit.inputs import find_id
from servicekit.jobs import Job
from servicekit.scope import Scope
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

    def is_there(self, now: datetime) -> bool:
        """Whether its files may still be had."""
        return self.files is not None and self.expires_at is not None and now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRun(ListedRun):
    """One report made in the background. `asked`: source, configuration, zone and the last customer."""

    asked: Json
    summary: Json | None = None


AnyRun = TypeVar("AnyRun", bound=ListedRun)
_NEWEST: Final = Keyset("-created_at", [SortKey(report_run.c.created_at, descending=True)], report_run.c.id)


def add(uow: UnitOfWork, run: ReportRun) -> None:
    values = {each.name: getattr(run, each.name) for each in fields(run)}
    uow.connection.execute(insert(report_run), values)


def publish(
    uow: UnitOfWork, run_id: UUID, *, files: Json, summary: Json, rights: Json, until: datetime
) -> None:
    """What it came to, and with which rights."""
    values = {"files": files, "summary": summary, "rights": rights, "expires_at": until}
    uow.connection.execute(update(report_run).where(report_run.c.id == run_id).values(values))


def find(connection: Connection, run_id: UUID) -> ReportRun | None:
    return _find(connection, ReportRun, run_id)


def get_visible(connection: Connection, scope: Scope, run_id: Any) -> tuple[ReportRun, Job]:
    """Raises NotFound, the same for one that never was and for one of somebody else."""
    asked = find_id(run_id)
    run = find(connection, asked) if asked else None
    found = with_job(connection, run) if run else None
    if run is None or found is None or not (scope.is_admin or run.created_by == scope.user_id):
        raise NotFound("run_not_found")
    return found


def with_job(connection: Connection, run: AnyRun) -> tuple[AnyRun, Job] | None:
    """Files are published as the job ends: who sees the end must not see the run from before it."""
    job = jobs.find(connection, run.job_id)
    if job is None or not job.is_finished or run.files is not None:
        return None if job is None else (run, job)
    now = _find(connection, type(run), run.id)
    return None if now is None else (now, job)


def page(
    connection: Connection, scope: Scope, *, limit: int, cursor: str | None
) -> tuple[Sequence[tuple[ListedRun, Job]], str | None]:
    """The caller's own, or all for an administrator; newest first."""
    statement = select(*_columns_of(ListedRun))
    if not scope.is_admin:
        statement = statement.where(report_run.c.created_by == scope.user_id)
    found = list_page(connection, statement, _NEWEST, cursor=cursor, limit=limit)
    runs = [_to_run(ListedRun, row) for row in found.rows]
    return [both for run in runs if (both := with_job(connection, run))], found.next


def _find(connection: Connection, kind: type[AnyRun], run_id: UUID) -> AnyRun | None:
    row = connection.execute(select(*_columns_of(kind)).where(report_run.c.id == run_id)).first()
    return None if row is None else _to_run(kind, row)


def _columns_of(kind: type[ListedRun]) -> list[Column[Any]]:
    return [report_run.c[each.name] for each in fields(kind)]


def _to_run(kind: type[AnyRun], row: Row[Any]) -> AnyRun:
    return kind(**{each.name: row._mapping[each.name] for each in fields(kind)})
