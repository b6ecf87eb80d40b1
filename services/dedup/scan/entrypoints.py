"""Calls about full scans. Administrators only: a scan is about everybody."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection

from servicekit import jobs
from servicekit.database import Database
from servicekit.inputs import whole
from servicekit.jobs import Job, job_message
from servicekit.rights import for_administrators
from servicekit.rpc import rpc
from services.dedup.scan.kind import KIND
from services.dedup.scan.starting import start

Json = dict[str, Any]
MAX_LIMIT: Final = 200
_COUNTS: Final = {"customers": 0, "compared": 0, "found": 0, "removed": 0}


class ScanEntrypoints:
    """Mixin of DedupService."""

    db: Database

    @rpc
    def start_scan(self, scope: Json) -> Json:
        """`found` of its counts is how many pairs it saw, `removed` how many of before are none any more."""
        caller = for_administrators(scope)
        with self.db.unit_of_work() as uow:
            job_id = start(uow, created_by=caller.user_id)
            return {"scan": _message(uow.connection, str(job_id))}

    @rpc
    def list_scans(self, scope: Json, limit: int = 50, cursor: str | None = None) -> Json:
        """Newest first."""
        for_administrators(scope)
        limit = whole(limit, "/limit", at_least=1, at_most=MAX_LIMIT)
        with self.db.reading() as connection:
            page = jobs.list_of(connection, kind=KIND, limit=limit, cursor=cursor)
        return {"data": [scan_message(job) for job in page.jobs], "next": page.next}

    @rpc
    def get_scan(self, scope: Json, scan_id: str) -> Json:
        for_administrators(scope)
        with self.db.reading() as connection:
            return {"scan": _message(connection, scan_id)}

    @rpc
    def cancel_scan(self, scope: Json, scan_id: str) -> Json:
        """It ends after the step under work. What it found stays; one that is over stays as it is."""
        for_administrators(scope)
        with self.db.unit_of_work() as uow:
            job = _scan(uow.connection, scan_id)
            jobs.request_cancel(uow, job.id)
            return {"scan": _message(uow.connection, str(job.id))}


def scan_message(job: Job) -> Json:
    """A job with all its counts from the beginning."""
    message = job_message(job)
    return {**message, "counts": {**_COUNTS, **message["counts"]}}


def _message(connection: Connection, scan_id: object) -> Json:
    return scan_message(_scan(connection, scan_id))


def _scan(connection: Connection, scan_id: object) -> Job:
    return jobs.get(connection, scan_id, kind=KIND, missing="scan_not_found")
