"""A job as it is shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from servicekit.clock import to_rfc3339, utc_now
from servicekit.jobs.rows import Job


def job_message(job: Job, *, now: datetime | None = None) -> dict[str, Any]:
    """Plain JSON: what it is, how far it has come, and why it failed if it did. Parameters stay inside."""
    return {
        "id": str(job.id),
        "kind": job.kind,
        "status": job.status,
        "progress": _progress(job, now or utc_now()),
        "counts": dict(job.counts),
        "problem": None if job.problem is None else dict(job.problem),
        "cancel_requested": job.cancel_requested,
        "created_by": job.created_by,
        "created_at": to_rfc3339(job.created_at),
        "started_at": _moment(job.started_at),
        "finished_at": _moment(job.finished_at),
        "version": job.version,
    }


def _progress(job: Job, now: datetime) -> dict[str, Any]:
    rate = _rate(job, now)
    left = None if job.total is None or job.is_finished else max(0, job.total - job.done)
    return {
        "done": job.done,
        "total": job.total,
        "percent": _percent(job),
        "rate": rate,
        "eta_seconds": round(left / rate) if left is not None and rate else None,
    }


def _percent(job: Job) -> float | None:
    if job.status == "succeeded":
        return 100.0
    if job.total is None:
        return None
    return min(100.0, round(100 * job.done / job.total, 1)) if job.total else 0.0


def _rate(job: Job, now: datetime) -> float | None:
    """Of what was done a second, on average since the start."""
    if job.started_at is None or not job.done:
        return None
    seconds = ((job.finished_at or now) - job.started_at).total_seconds()
    return round(job.done / seconds, 1) if seconds > 0 else None


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else to_rfc3339(moment)
