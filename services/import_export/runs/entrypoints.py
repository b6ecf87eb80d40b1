"""Calls about imports, from the upload to the start. Who may import is asked with each of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from servicekit import jobs
from servicekit.database import Database, UnitOfWork
from servicekit.errors import Stale
from servicekit.ids import new_id
from servicekit.inputs import object_of, version_of, whole
from servicekit.rpc import rpc
from servicekit.scope import Scope
from services.import_export.mapping.domain.chosen import read_mapping
from services.import_export.mapping.domain.suggestion import mapping_of
from services.import_export.mapping.facts import check_rights, checked_facts
from services.import_export.runs import kinds, queries, repository, starting, unseen
from services.import_export.runs.caller import scope_of
from services.import_export.runs.domain import phases
from services.import_export.runs.domain.options import (
    check_possible,
    read_options,
    read_reading,
    reading_with,
)
from services.import_export.runs.messages import version_of as shown_version
from services.import_export.runs.repository import ImportRun

Json = dict[str, Any]
MAX_LIMIT: Final = 200
# What an earlier check has found is true no more.
_UNCHECKED: Final[Json] = {"options": None, "counts": {}, "found": {}, "problem": None}


class ImportEntrypoints:
    """Mixin of ImportExportService."""

    db: Database
    customers: Any
    gateway: Any

    @rpc
    def may_import(self, scope: Json) -> Json:
        """Refuses who may not, before anybody reads their file."""
        self._importer(scope)
        return {}

    @rpc
    def create_import(self, scope: Json, upload: Json, idempotency: Json | None = None) -> Json:
        """Takes over a file that is in storage. What it is, is found out in the background."""
        caller = self._importer(scope)
        upload = object_of(upload)
        with self.db.unit_of_work() as uow:
            known = _outcome(uow, caller, idempotency)
            if known:
                run = repository.get_visible(uow.connection, caller, known["id"])
            else:
                run = _created(uow, caller, upload)
                uow.idempotency.finish({"status": 202, "id": str(run.id)})
            message = queries.show(uow.connection, run, caller)
        return {"import": self._shown(caller, message), "replayed": bool(known)}

    @rpc
    def list_imports(self, scope: Json, limit: int = 50, cursor: str | None = None) -> Json:
        """The caller's own, or all for an administrator; newest first."""
        caller = self._importer(scope)
        limit = whole(limit, "/limit", at_least=1, at_most=MAX_LIMIT)
        with self.db.reading() as connection:
            return queries.page_of_imports(connection, caller, limit=limit, cursor=cursor)

    @rpc
    def get_import(self, scope: Json, import_id: str) -> Json:
        caller = self._importer(scope)
        with self.db.reading() as connection:
            run = repository.get_visible(connection, caller, import_id)
            message = queries.show(connection, run, caller)
        return {"import": self._shown(caller, message)}

    @rpc
    def set_mapping(self, scope: Json, import_id: str, mapping: Json, version: int | None = None) -> Json:
        """Which column is what. Read otherwise than before, the file is looked at anew first."""
        caller = Scope.load(scope)
        facts = checked_facts(self.customers.call, caller)
        mapping, version = object_of(mapping), version_of(version)

        def change(uow: UnitOfWork, run: ImportRun) -> None:
            phases.check_mappable(run.phase)
            _set_mapping(uow, run, mapping, facts)

        return self._changed(caller, import_id, change, version=version)

    @rpc
    def check_import(self, scope: Json, import_id: str, options: Json | None = None) -> Json:
        """Says of every row what would become of it. Nothing is written in customers.

        Whoever asks for it, it is done with the rights of whoever uploaded the file.
        """
        caller = Scope.load(scope)
        creator, facts = self._creator(caller, import_id)
        options = read_options(object_of(options or {}), creator)
        check_possible(options, facts)

        def change(uow: UnitOfWork, run: ImportRun) -> None:
            chosen = run.mapping or _complete(run.suggested)
            phases.check_checkable(run.phase, is_mapped=chosen is not None)
            mapping = _fitting(run, chosen or {}, facts)
            parameters = {"options": options}
            _queue(uow, run, kinds.CHECK, phase=phases.CHECKING, parameters=parameters, mapping=mapping)

        return self._changed(caller, import_id, change)

    @rpc
    def start_import(
        self, scope: Json, import_id: str, options: Json | None = None, idempotency: Json | None = None
    ) -> Json:
        """Does what was checked, if it is still possible. Without `options`: with those of the check."""
        caller = Scope.load(scope)
        _, facts = self._creator(caller, import_id)
        asked = read_options(object_of(options), caller) if options else None

        def change(uow: UnitOfWork, run: ImportRun) -> None:
            phases.check_startable(run.phase, same_options=asked in (None, run.options))
            if run.options:
                check_possible(run.options, facts)
            starting.start(uow, run.id)

        return once(self.db, self.customers, caller, import_id, change, idempotency)

    @rpc
    def cancel_import(self, scope: Json, import_id: str) -> Json:
        """Before the start nothing is left of it; after it, what is done stays done."""
        caller = self._importer(scope)
        return self._changed(caller, import_id, starting.cancel)

    def _importer(self, scope: Json) -> Scope:
        caller = Scope.load(scope)
        check_rights(self.customers.call, caller)
        return caller

    def _creator(self, caller: Scope, import_id: str) -> tuple[Scope, Json]:
        """Of an import that the caller sees."""
        check_rights(self.customers.call, caller)
        with self.db.reading() as connection:
            run = repository.get_visible(connection, caller, import_id)
        is_own = run.created_by == caller.user_id
        creator = caller if is_own else scope_of(self.gateway.call, run.created_by)
        return creator, checked_facts(self.customers.call, creator)

    def _changed(
        self,
        caller: Scope,
        import_id: str,
        change: Callable[[UnitOfWork, ImportRun], None],
        *,
        version: int | None = None,
    ) -> Json:
        with self.db.unit_of_work() as uow:
            run = repository.get_visible(uow.connection, caller, import_id, lock=True)
            stale = version is not None and version != _shown_version(uow, run)
            if not stale:
                change(uow, run)
                run = repository.get(uow.connection, run.id)
            message = queries.show(uow.connection, run, caller)
        if stale:
            raise Stale("stale", {"current": self._shown(caller, message)})
        return {"import": self._shown(caller, message)}

    def _shown(self, caller: Scope, message: Json) -> Json:
        """Not in a transaction: customers are asked whom the caller sees."""
        return unseen.import_for_caller(self.customers.call, caller, message)


def once(
    db: Database,
    customers: Any,
    caller: Scope,
    import_id: str,
    change: Callable[[UnitOfWork, ImportRun], None],
    idempotency: Json | None,
) -> Json:
    """`change` of an import that the caller sees, or what the first request with this key came to."""
    with db.unit_of_work() as uow:
        known = _outcome(uow, caller, idempotency)
        run = repository.get_visible(uow.connection, caller, import_id, lock=True)
        if not known:
            change(uow, run)
            uow.idempotency.finish({"status": 202, "id": str(run.id)})
            run = repository.get(uow.connection, run.id)
        message = queries.show(uow.connection, run, caller)
    shown = unseen.import_for_caller(customers.call, caller, message)
    return {"import": shown, "replayed": bool(known)}


def _outcome(uow: UnitOfWork, caller: Scope, idempotency: Json | None) -> Json | None:
    if not idempotency:
        return None
    return uow.idempotency.begin(idempotency["key"], user_id=caller.user_id, request_hash=idempotency["hash"])


def _created(uow: UnitOfWork, caller: Scope, upload: Json) -> ImportRun:
    import_id = new_id()
    job_id = jobs.create(
        uow, kind=kinds.READ, created_by=caller.user_id, parameters={"import": str(import_id)}
    )
    repository.add(
        uow,
        id=import_id,
        created_by=caller.user_id,
        job_id=job_id,
        filename=upload["filename"],
        size=upload["size"],
        sha256=upload["sha256"],
        storage_key=upload["key"],
    )
    return repository.get(uow.connection, import_id)


def _queue(
    uow: UnitOfWork, run: ImportRun, kind: str, *, phase: str, parameters: Json, **changes: Any
) -> None:
    job_id = jobs.create(
        uow, kind=kind, created_by=run.created_by, parameters={"import": str(run.id), **parameters}
    )
    repository.save(uow, run.id, phase=phase, job_id=job_id, **_UNCHECKED, **changes)


def _set_mapping(uow: UnitOfWork, run: ImportRun, mapping: Json, facts: Json) -> None:
    reading = read_reading(mapping.get("reading"))
    detected = run.detected or {}
    as_before = all(detected.get(name) == value for name, value in reading.items())
    columns = detected.get("columns") if as_before else None
    chosen = read_mapping(mapping, columns=columns, facts=facts) if mapping.get("columns") else None
    if as_before:
        repository.save(uow, run.id, phase=phases.MAPPING, mapping=chosen, **_UNCHECKED)
        return
    # What cannot be read like this is read as it was before.
    _queue(
        uow,
        run,
        kinds.READ,
        phase=phases.READING,
        parameters={"reading": reading_with(detected, reading), "before": run.mapping},
        mapping=chosen,
    )


def _fitting(run: ImportRun, mapping: Json, facts: Json) -> Json:
    """As it fits the columns and fields of now. Raises Invalid."""
    return read_mapping(mapping, columns=(run.detected or {}).get("columns"), facts=facts)


def _complete(suggested: Json | None) -> Json | None:
    """What was suggested, if that needs nobody to look at it."""
    return mapping_of(suggested) if suggested and suggested.get("complete") else None


def _shown_version(uow: UnitOfWork, run: ImportRun) -> int:
    return shown_version(run, queries.around_of(uow.connection, [run])[run.id])
