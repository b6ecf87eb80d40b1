"""Uploads as they are shown: the job, and what the file holds as far as the caller may see it."""

from __future__ import annotations

from typing import Any, Final

from servicekit.clock import to_rfc3339
from servicekit.jobs import Job, job_message
from services.reports.uploads.access import Seen
from services.reports.uploads.repository import ListedUpload, Upload

Json = dict[str, Any]
_OF_JOB: Final = ("status", "progress", "problem", "created_by", "created_at", "version")


def listed_message(upload: ListedUpload, job: Job) -> Json:
    """In a list: without what the file holds."""
    message, own = job_message(job), f"/v1/reports/uploads/{upload.id}"
    return {
        "id": str(upload.id),
        "kind": message["kind"],
        **{name: message[name] for name in _OF_JOB},
        "filename": upload.filename,
        "size": upload.size,
        "expires_at": to_rfc3339(upload.expires_at),
        "links": {"self": own, "events": f"{own}/events"},
    }


def upload_message(upload: Upload, job: Job, seen: Seen) -> Json:
    """`rows` are those that reports count; `dropped` are left out, because the caller may not see whom they
    are about. Problems of a column that is not for the caller are not either."""
    told = {column["field"] for column in seen.columns}
    absent = {column["field"] for column in upload.columns or ()} - told
    return {
        **listed_message(upload, job),
        "rows": seen.rows,
        "dropped": seen.dropped,
        "columns": seen.columns,
        "problems": [each for each in upload.problems if each["field"] not in absent],
    }
