"""Exports as they are shown: the job, and what will be in the file."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from servicekit.clock import to_rfc3339
from servicekit.jobs import Job, job_message
from services.import_export.exporting.repository import ExportRun


def export_message(run: ExportRun, job: Job, *, now: datetime) -> dict[str, Any]:
    """The link to the file is there as long as the file is."""
    message = job_message(job)
    own = f"/v1/exports/{run.id}"
    has_file = is_there(run, now=now)
    shown = ("status", "progress", "problem", "created_by", "created_at", "started_at", "finished_at")
    return {
        "id": str(run.id),
        "kind": "export",
        **{name: message[name] for name in (*shown, "version")},
        "format": run.format,
        "columns": run.columns,
        "options": run.asked["options"],
        "filename": run.filename,
        "size": run.size,
        "expires_at": to_rfc3339(run.expires_at) if run.expires_at else None,
        "links": {"self": own, "events": f"{own}/events", "file": f"{own}/file" if has_file else None},
    }


def listed_message(run: ExportRun, job: Job, *, now: datetime) -> dict[str, Any]:
    """The same in a list: without the columns, of which there may be hundreds."""
    return {name: value for name, value in export_message(run, job, now=now).items() if name != "columns"}


def is_there(run: ExportRun, *, now: datetime) -> bool:
    """Whether the file may still be had."""
    return run.storage_key is not None and run.expires_at is not None and now < run.expires_at
