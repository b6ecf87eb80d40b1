"""Calls about bulk merges. They are administrators' alone, and each shows all of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from servicekit import jobs
from servicekit.database import Database
from servicekit.errors import Invalid
from servicekit.inputs import object_of, whole
from servicekit.jobs import Job
from servicekit.rights import for_administrators
from servicekit.rpc import rpc
from servicekit.scope import Scope
from services.dedup.merging import targets
from services.dedup.merging.job import KIND
from services.dedup.merging.messages import bulk_merge_message, sample_message, sampled_ids

Json = dict[str, Any]
MAX_LIMIT = 200


class BulkMergeEntrypoints:
    """Mixin of DedupService."""

    db: Database
    customers: Any

    @rpc
    def start_bulk_merge(self, scope: Json, data: Json, idempotency: Json | None = None) -> Json:
        """A job that merges all who share an identity, or with `dry_run` says whom it would merge."""
        caller, dry_run = for_administrators(scope), _read(object_of(data))
        with self.db.unit_of_work() as uow:
            known = idempotency and uow.idempotency.begin(
                idempotency["key"], user_id=caller.user_id, request_hash=idempotency["hash"]
            )
            if known:
                job = _job(uow.connection, known["id"])
                return {"bulk_merge": bulk_merge_message(job), "replayed": True}
            job_id = jobs.create(
                uow, kind=KIND, created_by=caller.user_id, parameters={"kind": "exact", "dry_run": dry_run}
            )
            uow.idempotency.finish({"status": 202, "id": str(job_id)})
            return {"bulk_merge": bulk_merge_message(_job(uow.connection, str(job_id))), "replayed": False}

    @rpc
    def list_bulk_merges(self, scope: Json, limit: int = 50, cursor: str | None = None) -> Json:
        """Everybody's, newest first."""
        for_administrators(scope)
        limit = whole(limit, "/limit", at_least=1, at_most=MAX_LIMIT)
        with self.db.reading() as connection:
            page = jobs.list_of(connection, kind=KIND, limit=limit, cursor=cursor)
        return {"data": [bulk_merge_message(job) for job in page.jobs], "next": page.next}

    @rpc
    def get_bulk_merge(self, scope: Json, bulk_merge_id: str) -> Json:
        """That of a dry run has a `sample` of whom it would merge, as these customers are now."""
        caller = for_administrators(scope)
        with self.db.reading() as connection:
            job = _job(connection, bulk_merge_id)
        message = bulk_merge_message(job)
        if job.parameters["dry_run"]:
            message["sample"] = sample_message(job, self._shown(caller, job))
        return {"bulk_merge": message}

    @rpc
    def cancel_bulk_merge(self, scope: Json, bulk_merge_id: str) -> Json:
        """It ends after the merges under work. What was merged stays so; one that is over stays as it is."""
        for_administrators(scope)
        with self.db.unit_of_work() as uow:
            jobs.request_cancel(uow, _job(uow.connection, bulk_merge_id).id)
            return {"bulk_merge": bulk_merge_message(_job(uow.connection, bulk_merge_id))}

    @rpc
    def list_bulk_merge_refusals(
        self, scope: Json, bulk_merge_id: str, limit: int = 50, cursor: str | None = None
    ) -> Json:
        """Whom it left as they were though they share an identity, and why."""
        for_administrators(scope)
        limit = whole(limit, "/limit", at_least=1, at_most=MAX_LIMIT)
        with self.db.reading() as connection:
            job = _job(connection, bulk_merge_id)
            return targets.refusals(connection, job.id, limit=limit, cursor=cursor)

    def _shown(self, caller: Scope, job: Job) -> Json:
        ids = {each for group in job.state.get("sample", []) for each in sampled_ids(group)}
        if not ids:
            return {}
        shown: Json = self.customers.call("show_customers", caller.dump(), sorted(ids))
        return shown


def _read(data: Json) -> bool:
    """Whether it is only to be said. Raises Invalid."""
    for name in data.keys() - {"kind", "dry_run"}:
        raise Invalid.at(f"/{name}", "unknown_property", "there is no such property")
    if data.get("kind") != "exact":
        raise Invalid.at("/kind", "invalid_choice", "exact")
    dry_run = data.get("dry_run", False)
    if type(dry_run) is not bool:
        raise Invalid.at("/dry_run", "invalid_boolean", "true or false")
    return dry_run


def _job(connection: Connection, bulk_merge_id: str) -> Job:
    return jobs.get(connection, bulk_merge_id, kind=KIND, missing="bulk_merge_not_found")
