"""Calls about what an import came to: its rows, the refused ones as a file, review, undo."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any, Final

from nameko.timer import timer

from servicekit.database import Database
from servicekit.errors import Conflict, Invalid, NotFound
from servicekit.inputs import object_of, whole
from servicekit.rpc import rpc
from servicekit.scope import Scope
from services.import_export.formats.writers import CONTENT_TYPES
from services.import_export.mapping.facts import check_rights
from services.import_export.runs import queries, repository, reviewing, undoing, unseen, watching
from services.import_export.runs.domain import phases
from services.import_export.runs.entrypoints import once

Json = dict[str, Any]
MAX_LIMIT: Final = 200
_LAST_ROW: Final = 2**31 - 1


class ResultEntrypoints:
    """Mixin of ImportExportService."""

    db: Database
    customers: Any

    @rpc
    def list_rows(
        self,
        scope: Json,
        import_id: str,
        result: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Json:
        """What became, or is to become, of the rows: all, those of one outcome, `drifted` or `kept` ones."""
        caller = self._caller(scope)
        limit = whole(limit, "/limit", at_least=1, at_most=MAX_LIMIT)
        with self.db.reading() as connection:
            run = repository.get_visible(connection, caller, import_id)
            page = queries.page_of_rows(connection, run, result=result, limit=limit, cursor=cursor)
        return {**page, "data": unseen.for_caller(self.customers.call, caller, page["data"])}

    @rpc
    def get_row(self, scope: Json, import_id: str, n: int) -> Json:
        return self._row(self._caller(scope), import_id, _number(n))

    @rpc
    def decide_row(self, scope: Json, import_id: str, n: int, decision: Json) -> Json:
        """Of a row that needs review: {"customer": id}, {"skip": true}, or {"apply": true}, by the policy."""
        caller, n = Scope.load(scope), _number(n)
        reviewing.for_reviewers(caller)
        wanted = reviewing.read_decision(object_of(decision))
        with self.db.reading() as connection:
            run = repository.get_visible(connection, caller, import_id)
        reviewing.decide(self.db, self.customers.call, caller, run, n, wanted)
        return self._row(caller, import_id, n)

    @rpc
    def refused_file(self, scope: Json, import_id: str, format: str) -> Json:
        """Where the file of refused rows is. Raises NotFound `nothing_refused` if there is none."""
        caller = self._caller(scope)
        if format not in ("csv", "xlsx"):
            raise Invalid.at("/format", "invalid_choice", "one of csv, xlsx")
        with self.db.reading() as connection:
            run = repository.get_visible(connection, caller, import_id)
        if run.phase not in phases.OVER and run.phase != phases.UNDOING:
            raise Conflict("not_finished", {"phase": run.phase})
        file = (run.refused or {}).get(format)
        if file is None:
            raise NotFound("nothing_refused")
        filename = f"{PurePath(run.filename).stem} refused.{format}"
        return {"file": {**file, "filename": filename, "content_type": CONTENT_TYPES[format]}}

    @rpc
    def upload_file(self, scope: Json, import_id: str) -> Json:
        """Where the file is that was uploaded."""
        caller = self._caller(scope)
        with self.db.reading() as connection:
            run = repository.get_visible(connection, caller, import_id)
        if run.storage_key is None:
            raise NotFound("file_gone")
        file = {"key": run.storage_key, "filename": run.filename, "size": run.size}
        return {"file": {**file, "content_type": "application/octet-stream"}}

    @rpc
    def undo_import(self, scope: Json, import_id: str, idempotency: Json | None = None) -> Json:
        """For 30 days: what it made and nobody touched goes, what it changed returns, the rest is listed."""
        caller = self._caller(scope)
        return once(
            self.db,
            self.customers,
            caller,
            import_id,
            lambda uow, run: undoing.begin(uow, run, by=caller.user_id),
            idempotency,
        )

    @timer(interval=watching.EVERY_SECONDS)
    def settle_failed_imports(self) -> None:
        watching.settle_failures(self.db)

    def _caller(self, scope: Json) -> Scope:
        caller = Scope.load(scope)
        check_rights(self.customers.call, caller)
        return caller

    def _row(self, caller: Scope, import_id: str, n: int) -> Json:
        with self.db.reading() as connection:
            run = repository.get_visible(connection, caller, import_id)
            row = queries.show_row(connection, run, n)
        return {"row": unseen.for_caller(self.customers.call, caller, [row])[0]}


def _number(n: Any) -> int:
    """Raises NotFound for what is no row's number."""
    if type(n) is not int or not 0 < n <= _LAST_ROW:
        raise NotFound("row_not_found")
    return n
