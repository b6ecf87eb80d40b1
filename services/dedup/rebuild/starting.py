"""Starts what makes the index anew: the one that is under way, if there is one."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import text

from servicekit import jobs
from servicekit.database import UnitOfWork
from services.dedup.scan.kind import REBUILD

KIND: Final = REBUILD
NOBODY: Final = str(UUID(int=0))  # a command

_ALONE: Final = text("SELECT pg_advisory_xact_lock(hashtext('rebuild_index'))")
_UNDER_WAY: Final = text("""
    SELECT id FROM job WHERE kind = :kind AND status IN ('queued', 'running') AND NOT cancel_requested
    ORDER BY created_at LIMIT 1""")


def start(uow: UnitOfWork) -> UUID:
    """The job's id."""
    uow.connection.execute(_ALONE)
    found: UUID | None = uow.connection.execute(_UNDER_WAY, {"kind": KIND}).scalar()
    return found or jobs.create(uow, kind=KIND, created_by=NOBODY, parameters={})
