"""Calls about bulk actions. One is shown to whoever started it and to administrators."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from nameko.timer import timer
from sqlalchemy import Connection

from directory.refresh import with_news
from servicekit import jobs
from servicekit.clock import utc_now
from servicekit.database import Database
from servicekit.errors import NotFound
from servicekit.inputs import object_of, whole
from servicekit.jobs import Job
from servicekit.rights import for_people
from servicekit.rpc import rpc
from servicekit.scope import Scope
from services.customers.bulk import refusals, starting, targets
from services.customers.bulk.job import KIND
from services.customers.bulk.messages import bulk_message
from services.customers.registry.writing import Seen

Json = dict[str, Any]
MAX_LIMIT = 200
FORGET_INTERVAL = timedelta(minutes=10)


class BulkEntrypoints:
    """Mixin of CustomersService."""

    db: Database
    gateway: Any

    @rpc(grouped=False)
    def start_bulk(
        self, scope: Json, data: Json, time_zone: str | None = None, idempotency: Json | None = None
    ) -> Json:
        """A job that does it, or with `dry_run` to how many it would be done."""
        caller, data, seen = for_people(scope), object_of(data), Seen(key=idempotency, at=utc_now())
        return with_news(self.db, self.gateway, lambda: self._start(caller, data, time_zone, seen))

    @rpc
    def list_bulk(self, scope: Json, limit: int = 50, cursor: str | None = None) -> Json:
        """The caller's own, newest first."""
        caller = for_people(scope)
        limit = whole(limit, "/limit", at_least=1, at_most=MAX_LIMIT)
        with self.db.reading() as connection:
            page = jobs.list_of(connection, kind=KIND, created_by=caller.user_id, limit=limit, cursor=cursor)
        return {"data": [bulk_message(job) for job in page.jobs], "next": page.next}

    @rpc
    def get_bulk(self, scope: Json, bulk_id: str) -> Json:
        caller = for_people(scope)
        with self.db.reading() as connection:
            return {"bulk": bulk_message(_job(connection, caller, bulk_id))}

    @rpc
    def cancel_bulk(self, scope: Json, bulk_id: str) -> Json:
        """It ends after the batch under work. What was done stays done; one that is over stays as it is."""
        caller = for_people(scope)
        with self.db.unit_of_work() as uow:
            job = _job(uow.connection, caller, bulk_id)
            jobs.request_cancel(uow, job.id)
            return {"bulk": bulk_message(_job(uow.connection, caller, bulk_id))}

    @rpc
    def list_bulk_refusals(
        self, scope: Json, bulk_id: str, limit: int = 50, cursor: str | None = None
    ) -> Json:
        caller = for_people(scope)
        limit = whole(limit, "/limit", at_least=1, at_most=MAX_LIMIT)
        with self.db.reading() as connection:
            job = _job(connection, caller, bulk_id)
            return refusals.page(connection, job.id, limit=limit, cursor=cursor)

    @timer(interval=FORGET_INTERVAL.total_seconds())
    def forget_bulk_targets(self) -> None:
        targets.forget_finished(self.db)

    def _start(self, caller: Scope, data: Json, time_zone: str | None, seen: Seen) -> Json:
        with self.db.unit_of_work() as uow:
            return starting.start(uow, caller, data, time_zone=time_zone, seen=seen)


def _job(connection: Connection, caller: Scope, bulk_id: str) -> Job:
    """Raises NotFound, the same for one that never was and for one of somebody else."""
    job = jobs.get(connection, bulk_id, kind=KIND, missing="bulk_not_found")
    if not caller.is_admin and job.created_by != caller.user_id:
        raise NotFound("bulk_not_found")
    return job
