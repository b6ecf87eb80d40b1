"""Calls about templates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from servicekit.clock import utc_now
from servicekit.database import Database, UnitOfWork
from servicekit.inputs import object_of, version_of, whole
from servicekit.rights import for_people
from servicekit.rpc import rpc
from services.reports.facts import ask_facts
from services.reports.sources import read_source
from services.reports.templates import keeping, repository
from services.reports.templates.domain.saved import Template
from services.reports.templates.keeping import Keeper
from services.reports.templates.messages import template_message
from services.reports.uploads import access

Json = dict[str, Any]
MAX_LIMIT: Final = 50


class TemplateEntrypoints:
    """Mixin of ReportsService."""

    db: Database
    customers: Any

    @rpc
    def list_configurations(self, scope: Json, limit: int = 50, cursor: str | None = None) -> Json:
        """The caller's own and those that are shared with them, by name."""
        keeper = self._keeper(scope)
        limit = whole(limit, "/limit", at_least=1, at_most=MAX_LIMIT)
        with self.db.reading() as connection:
            found, following = repository.page(
                connection, keeper.scope, masked=keeper.facts.masked, limit=limit, cursor=cursor
            )
        return {"data": [_message(each, keeper) for each in found], "next": following}

    @rpc
    def get_configuration(self, scope: Json, configuration_id: str) -> Json:
        keeper = self._keeper(scope)
        with self.db.reading() as connection:
            return {"configuration": _message(keeping.get(connection, keeper, configuration_id), keeper)}

    @rpc
    def create_configuration(self, scope: Json, data: Json, idempotency: Json | None = None) -> Json:
        """Raises Conflict for a name that the caller has used already."""
        keeper, data = self._keeper(scope), object_of(data)
        uploaded = self._uploaded(keeper, data)
        return self._kept(
            keeper, idempotency, lambda uow: keeping.create(uow.connection, keeper, data, uploaded=uploaded)
        )

    @rpc
    def update_configuration(
        self,
        scope: Json,
        configuration_id: str,
        patch: Json,
        version: int | None = None,
        idempotency: Json | None = None,
    ) -> Json:
        """A merge patch, by its owner or an administrator. Raises Stale, Conflict, Forbidden."""
        keeper, patch, seen = self._keeper(scope), object_of(patch), version_of(version)
        uploaded = self._uploaded(keeper, patch)
        return self._kept(
            keeper,
            idempotency,
            lambda uow: keeping.update(
                uow.connection, keeper, configuration_id, patch, version=seen, uploaded=uploaded
            ),
        )

    @rpc
    def duplicate_configuration(
        self, scope: Json, configuration_id: str, data: Json | None = None, idempotency: Json | None = None
    ) -> Json:
        """A copy of the caller's own; `data` may have its name and with whom it is shared."""
        keeper, data = self._keeper(scope), object_of(data or {})
        return self._kept(
            keeper, idempotency, lambda uow: keeping.duplicate(uow.connection, keeper, configuration_id, data)
        )

    @rpc
    def delete_configuration(self, scope: Json, configuration_id: str, version: int | None = None) -> Json:
        keeper, seen = self._keeper(scope), version_of(version)
        with self.db.unit_of_work() as uow:
            gone = keeping.delete(uow.connection, keeper, configuration_id, version=seen)
        return {"id": str(gone.id)}

    def _keeper(self, scope: Json) -> Keeper:
        caller = for_people(scope)
        return Keeper(caller, ask_facts(self.customers.call, caller), utc_now())

    def _uploaded(self, keeper: Keeper, data: Json) -> Sequence[Json] | None:
        """The columns of the upload that it is to be about. Raises NotFound for one that is not theirs."""
        source = read_source(data.get("source"), kept=True)
        if source.upload is None:
            return None
        with self.db.reading() as connection:
            upload = access.opened(connection, keeper.scope, source.upload)
        return access.known_columns(upload, masked=keeper.facts.masked)

    def _kept(self, keeper: Keeper, key: Json | None, work: Callable[[UnitOfWork], Template]) -> Json:
        """What the work leaves, or what the same request left before, as it is now."""
        with self.db.unit_of_work() as uow:
            outcome = None
            if key:
                user_id = keeper.scope.user_id
                outcome = uow.idempotency.begin(key["key"], user_id=user_id, request_hash=key["hash"])
            if outcome is not None:
                again = keeping.get(uow.connection, keeper, outcome["id"])
                return {"configuration": _message(again, keeper), "replayed": True}
            done = work(uow)
            uow.idempotency.finish({"status": 200, "id": str(done.id)})
            return {"configuration": _message(done, keeper), "replayed": False}


def _message(template: Template, keeper: Keeper) -> Json:
    return template_message(template, keeper.scope, keeper.facts)
