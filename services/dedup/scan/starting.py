"""Starts a scan: for whoever asks, and after the index was made anew."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import text

from servicekit import jobs
from servicekit.database import UnitOfWork
from services.dedup.scan.kind import KIND

# Two who ask at once get one scan.
_ALONE: Final = text("SELECT pg_advisory_xact_lock(hashtext('scan_pairs'))")
_UNDER_WAY: Final = text("""
    SELECT id FROM job WHERE kind = :kind AND status IN ('queued', 'running') AND NOT cancel_requested
    ORDER BY created_at LIMIT 1
""")


def start(uow: UnitOfWork, *, created_by: str) -> UUID:
    """A scan of everybody: the one that is under way, if there is one, else a new one."""
    uow.connection.execute(_ALONE)
    found = uow.connection.execute(_UNDER_WAY, {"kind": KIND}).scalar()
    return found or jobs.create(uow, kind=KIND, created_by=created_by, parameters={})
