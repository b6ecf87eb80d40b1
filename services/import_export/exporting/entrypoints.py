"""Calls about exports. One is shown to whoever asked for it and to administrators."""

from __future__ import annotations

from typing import Any, Final

from directory.file_rights import Rights
from servicekit import jobs
from servicekit.clock import utc_now
from servicekit.database import Database, UnitOfWork
from servicekit.errors import Conflict, Forbidden, Invalid, NotFound
from servicekit.ids import new_id
from servicekit.inputs import object_of, whole
from servicekit.rights import for_people
from servicekit.rpc import rpc
from servicekit.scope import Scope
from services.import_export.exporting.domain.requests import Request, filename_of, headed, read_request
from services.import_export.exporting.job import KIND
from services.import_export.exporting.messages import export_message, is_there, listed_message
from services.import_export.exporting.repository import EXPORTS, ExportRun
from services.import_export.formats.writers import CONTENT_TYPES, MAX_SHEET_ROWS

Json = dict[str, Any]
MAX_LIMIT: Final = 200
_DEADLINE: Final = 10.0


class ExportEntrypoints:
    """Mixin of ImportExportService."""

    db: Database
    customers: Any

    @rpc
    def create_export(
        self, scope: Json, data: Json, time_zone: str | None = None, idempotency: Json | None = None
    ) -> Json:
        """A job that writes them to a file. Raises Invalid for what cannot be exported, or not by them."""
        caller, request = for_people(scope), read_request(object_of(data))
        opened = self.customers.call(
            "open_export", caller.dump(), request.selection, request.columns, time_zone, deadline=_DEADLINE
        )
        if request.format == "xlsx" and opened["total"]["value"] > MAX_SHEET_ROWS:
            raise Invalid.at("/format", "too_many_rows", f"a sheet has room for {MAX_SHEET_ROWS:,} rows")
        with self.db.unit_of_work() as uow:
            known = _outcome(uow, caller, idempotency)
            export_id = known["id"] if known else _queue(uow, caller, request, opened)
            return {"export": _shown(uow, caller, export_id), "replayed": bool(known)}

    @rpc
    def list_exports(self, scope: Json, limit: int = 50, cursor: str | None = None) -> Json:
        """The caller's own, or all for an administrator; newest first."""
        caller = for_people(scope)
        limit = whole(limit, "/limit", at_least=1, at_most=MAX_LIMIT)
        with self.db.reading() as connection:
            found, following = EXPORTS.page(connection, caller, limit=limit, cursor=cursor)
        now = utc_now()
        return {"data": [listed_message(run, job, now=now) for run, job in found], "next": following}

    @rpc
    def get_export(self, scope: Json, export_id: str) -> Json:
        caller = for_people(scope)
        with self.db.reading() as connection:
            run, job = EXPORTS.get_visible(connection, caller, export_id)
        return {"export": export_message(run, job, now=utc_now())}

    @rpc
    def cancel_export(self, scope: Json, export_id: str) -> Json:
        """It ends without a file. One that is over stays as it is."""
        caller = for_people(scope)
        with self.db.unit_of_work() as uow:
            run, _ = EXPORTS.get_visible(uow.connection, caller, export_id)
            jobs.request_cancel(uow, run.job_id)
            return {"export": _shown(uow, caller, export_id)}

    @rpc
    def export_file(self, scope: Json, export_id: str) -> Json:
        """Where the file is, for who may see today whatever is in it."""
        caller = for_people(scope)
        with self.db.reading() as connection:
            run, job = EXPORTS.get_visible(connection, caller, export_id)
        rights = self.customers.call("import_rights", caller.dump(), deadline=_DEADLINE)
        if not rights["may_export"]:
            raise Forbidden("exports_forbidden")
        if not job.is_finished:
            raise Conflict("export_not_ready")
        if run.rights is None or not is_there(run, now=utc_now()):
            raise NotFound("export_gone")
        if not Rights.of(caller, masked=rights["masked"]).reach(Rights.load(run.rights)):
            raise Forbidden("export_not_yours_any_more")
        return {"file": _file(run)}


def _outcome(uow: UnitOfWork, caller: Scope, idempotency: Json | None) -> Json | None:
    if not idempotency:
        return None
    return uow.idempotency.begin(idempotency["key"], user_id=caller.user_id, request_hash=idempotency["hash"])


def _queue(uow: UnitOfWork, caller: Scope, request: Request, opened: Json) -> str:
    export_id, now, total = new_id(), utc_now(), opened["total"]
    job_id = jobs.create(
        uow,
        kind=KIND,
        created_by=caller.user_id,
        parameters={"export": str(export_id)},
        total=total["value"] if total["relation"] == "eq" else None,
    )
    kept = ("selection", "sort", "upto", "as_of", "time_zone", "company_time_zone")
    run = ExportRun(
        id=export_id,
        created_by=caller.user_id,
        job_id=job_id,
        format=request.format,
        columns=headed(opened["columns"]),
        asked={**{name: opened[name] for name in kept}, "options": request.options},
        rights=None,
        storage_key=None,
        filename=filename_of(request, at=now),
        size=None,
        created_at=now,
        expires_at=None,
    )
    EXPORTS.add(uow, run)
    uow.idempotency.finish({"status": 202, "id": str(export_id)})
    return str(export_id)


def _shown(uow: UnitOfWork, caller: Scope, export_id: str) -> Json:
    run, job = EXPORTS.get_visible(uow.connection, caller, export_id)
    return export_message(run, job, now=utc_now())


def _file(run: ExportRun) -> Json:
    kind = "ndjson" if run.asked["options"].get("ndjson") else run.format
    file = {"key": run.storage_key, "filename": run.filename, "size": run.size}
    return {**file, "content_type": CONTENT_TYPES[kind]}
