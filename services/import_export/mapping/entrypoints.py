"""Calls about mappings that people keep, and about templates of files to be filled in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from servicekit.clock import utc_now
from servicekit.database import Database, UnitOfWork
from servicekit.inputs import object_of, texts_of, version_of, whole
from servicekit.rpc import rpc
from servicekit.scope import Scope
from services.import_export.mapping import keeping, repository
from services.import_export.mapping.domain.naming import says
from services.import_export.mapping.domain.saved import SavedMapping
from services.import_export.mapping.facts import check_rights, checked_facts
from services.import_export.mapping.messages import saved_mapping_message
from services.import_export.mapping.templates import template_of

Json = dict[str, Any]
MAX_LIMIT: Final = 200
KIND: Final = "import_mapping"


class MappingEntrypoints:
    """Mixin of ImportExportService."""

    db: Database
    customers: Any

    @rpc
    def list_mappings(self, scope: Json, limit: int = 50, cursor: str | None = None) -> Json:
        """The caller's own and those that are shared, by name."""
        caller = self._keeper(scope)
        limit = whole(limit, "/limit", at_least=1, at_most=MAX_LIMIT)
        with self.db.reading() as connection:
            found, following = repository.page(connection, caller, limit=limit, cursor=cursor)
        return {"data": [saved_mapping_message(each) for each in found], "next": following}

    @rpc
    def mappings_naming(self, scope: Json, labels: list[str]) -> list[Json]:
        """Those that the caller may see and that say one of these names of options or tags. None follows a
        rename: what they say is text of files."""
        caller, labels = self._keeper(scope), texts_of(labels, "/labels")
        with self.db.reading() as connection:
            found = [each for each in repository.shown(connection, caller) if says(each.mapping, labels)]
        return [{"kind": KIND, "id": str(each.id), "name": each.name, "follows": False} for each in found]

    @rpc
    def get_mapping(self, scope: Json, mapping_id: str) -> Json:
        caller = self._keeper(scope)
        with self.db.reading() as connection:
            return {"mapping": saved_mapping_message(keeping.get(connection, caller, mapping_id))}

    @rpc
    def create_mapping(self, scope: Json, data: Json, idempotency: Json | None = None) -> Json:
        """Raises Conflict for a name that the caller has used already."""
        caller, facts = self._mapper(scope)
        data = object_of(data)
        return self._kept(
            caller,
            idempotency,
            lambda uow: keeping.create(uow.connection, caller, data, facts=facts, now=utc_now()),
        )

    @rpc
    def update_mapping(
        self,
        scope: Json,
        mapping_id: str,
        patch: Json,
        version: int | None = None,
        idempotency: Json | None = None,
    ) -> Json:
        """A merge patch, by its owner or an administrator. Raises Stale, Conflict, Forbidden."""
        caller, facts = self._mapper(scope)
        patch, seen = object_of(patch), version_of(version)
        return self._kept(
            caller,
            idempotency,
            lambda uow: keeping.update(
                uow.connection, caller, mapping_id, patch, version=seen, facts=facts, now=utc_now()
            ),
        )

    @rpc
    def delete_mapping(self, scope: Json, mapping_id: str, version: int | None = None) -> Json:
        caller = self._keeper(scope)
        seen = version_of(version)
        with self.db.unit_of_work() as uow:
            gone = keeping.delete(uow.connection, caller, mapping_id, version=seen)
        return {"id": str(gone.id)}

    @rpc
    def template(self, scope: Json, format: str = "csv", language: str = "en") -> Json:
        """A file with the columns of today's fields, to be filled in; base64."""
        _, facts = self._mapper(scope)
        return template_of(facts, format=format, language=language)

    def _keeper(self, scope: Json) -> Scope:
        caller = Scope.load(scope)
        check_rights(self.customers.call, caller)
        return caller

    def _mapper(self, scope: Json) -> tuple[Scope, Json]:
        caller = Scope.load(scope)
        return caller, checked_facts(self.customers.call, caller)

    def _kept(self, caller: Scope, key: Json | None, work: Callable[[UnitOfWork], SavedMapping]) -> Json:
        """What the work leaves, or what the same request left before, as it is now."""
        with self.db.unit_of_work() as uow:
            outcome = None
            if key:
                outcome = uow.idempotency.begin(key["key"], user_id=caller.user_id, request_hash=key["hash"])
            if outcome is not None:
                again = keeping.get(uow.connection, caller, outcome["id"])
                return {"mapping": saved_mapping_message(again), "replayed": True}
            done = work(uow)
            uow.idempotency.finish({"status": 200, "id": str(done.id)})
            return {"mapping": saved_mapping_message(done), "replayed": False}
