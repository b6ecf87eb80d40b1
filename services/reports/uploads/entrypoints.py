"""Calls about uploads. One is shown to whoever made it and to administrators."""

from __future__ import annotations

from typing import Any, Final

from servicekit import jobs
from servicekit.clock import utc_now
from servicekit.database import Database, UnitOfWork
from servicekit.errors import TooLarge
from servicekit.ids import new_id
from servicekit.inputs import object_of, whole
from servicekit.jobs import Job
from servicekit.rights import for_people
from servicekit.rpc import rpc
from servicekit.scope import Scope
from services.reports.facts import ask_facts
from services.reports.uploads import access
from services.reports.uploads.kinds import FORGET_FILES, LIFETIME, READ
from services.reports.uploads.messages import listed_message, upload_message
from services.reports.uploads.reading.limits import FILE_BYTES
from services.reports.uploads.repository import UPLOADS, Upload, remove

Json = dict[str, Any]
MAX_LIMIT: Final = 200


class UploadEntrypoints:
    """Mixin of ReportsService."""

    db: Database
    customers: Any
    computing: Any

    @rpc
    def may_upload(self, scope: Json) -> Json:
        """Refuses who may not, before anybody reads their file."""
        for_people(scope)
        return {}

    @rpc
    def create_upload(self, scope: Json, upload: Json, idempotency: Json | None = None) -> Json:
        """Takes over a file that is in storage. What is in it, is found out in the background."""
        caller, given = for_people(scope), object_of(upload)
        if given["size"] > FILE_BYTES:
            raise TooLarge("file_too_large", {"limit": FILE_BYTES})
        with self.db.unit_of_work() as uow:
            known = _outcome(uow, caller, idempotency)
            upload_id = known["id"] if known else _created(uow, caller, given)
            found = UPLOADS.get_visible(uow.connection, caller, upload_id)
        return {"upload": self._shown(caller, *found), "replayed": bool(known)}

    @rpc
    def list_uploads(self, scope: Json, limit: int = 50, cursor: str | None = None) -> Json:
        """The caller's own, or all for an administrator; newest first, without what is in them."""
        caller = for_people(scope)
        limit = whole(limit, "/limit", at_least=1, at_most=MAX_LIMIT)
        with self.db.reading() as connection:
            found, following = UPLOADS.page(connection, caller, limit=limit, cursor=cursor)
        return {"data": [listed_message(*each) for each in found], "next": following}

    @rpc(grouped=False)
    def get_upload(self, scope: Json, upload_id: str) -> Json:
        """With its columns, of those rows alone whose customers the caller sees at this moment."""
        caller = for_people(scope)
        with self.db.reading() as connection:
            found = UPLOADS.get_visible(connection, caller, upload_id)
        return {"upload": self._shown(caller, *found)}

    @rpc
    def delete_upload(self, scope: Json, upload_id: str) -> Json:
        """It is gone at once, and its files soon."""
        caller = for_people(scope)
        with self.db.unit_of_work() as uow:
            upload, _ = UPLOADS.get_visible(uow.connection, caller, upload_id)
            jobs.request_cancel(uow, upload.job_id)
            remove(uow, upload.id)
            jobs.create(uow, kind=FORGET_FILES, created_by=caller.user_id, parameters={"files": upload.files})
        return {}

    def _shown(self, caller: Scope, upload: Upload, job: Job) -> Json:
        ask = self.customers.call
        is_read = upload.columnar_key is not None and not caller.is_admin
        masked = is_read and ask_facts(ask, caller).masked
        seen = access.seen_of(upload, caller, masked=masked, customers=ask, pool=self.computing)
        return upload_message(upload, job, seen)


def _outcome(uow: UnitOfWork, caller: Scope, idempotency: Json | None) -> Json | None:
    if not idempotency:
        return None
    return uow.idempotency.begin(idempotency["key"], user_id=caller.user_id, request_hash=idempotency["hash"])


def _created(uow: UnitOfWork, caller: Scope, given: Json) -> str:
    upload_id, now = new_id(), utc_now()
    job_id = jobs.create(
        uow, kind=READ, created_by=caller.user_id, parameters={"upload": str(upload_id)}, total=None
    )
    upload = Upload(
        id=upload_id,
        created_by=caller.user_id,
        job_id=job_id,
        filename=given["filename"],
        size=given["size"],
        sha256=given["sha256"],
        storage_key=given["key"],
        created_at=now,
        expires_at=now + LIFETIME,
    )
    UPLOADS.add(uow, upload)
    uow.idempotency.finish({"status": 202, "id": str(upload_id)})
    return str(upload_id)
