"""Starts a scan: for whoever asks, and to follow the index being made anew."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import TextClause, text

from servicekit import jobs
from servicekit.database import UnitOfWork
from services.dedup.scan.kind import KIND

# Two who ask at once get one scan.
_ALONE: Final = text("SELECT pg_advisory_xact_lock(hashtext('scan_pairs'))")
_UNDER_WAY: Final = text("""
    SELECT id FROM job WHERE kind = :kind AND status IN ('queued', 'running') AND NOT cancel_requested
    ORDER BY created_at LIMIT 1
""")
# Nobody claims it before this transaction ends: it will read what that has written.
_TO_COME: Final = text("""
    SELECT id FROM job WHERE kind = :kind AND status = 'queued' AND NOT cancel_requested
    ORDER BY created_at LIMIT 1 FOR NO KEY UPDATE
""")


def start(uow: UnitOfWork, *, created_by: str) -> UUID:
    """A scan of everybody: the one that is under way, if there is one, else a new one."""
    return _start(uow, _UNDER_WAY, created_by=created_by)


def start_after(uow: UnitOfWork, *, created_by: str) -> UUID:
    """A scan that has not begun to read the index: one under way may have read it before."""
    return _start(uow, _TO_COME, created_by=created_by)


def _start(uow: UnitOfWork, known: TextClause, *, created_by: str) -> UUID:
    uow.connection.execute(_ALONE)
    found = uow.connection.execute(known, {"kind": KIND}).scalar()
    return found or jobs.create(uow, kind=KIND, created_by=created_by, parameters={})
