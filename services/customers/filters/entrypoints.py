"""Calls about filters: what can be filtered by, and the filters that people keep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from directory.refresh import with_news
from servicekit.database import Database, UnitOfWork
from servicekit.inputs import object_of, version_of, whole
from servicekit.rights import for_people
from servicekit.rpc import rpc
from servicekit.scope import Scope
from services.customers.filters import context, repository, saved, schema
from services.customers.filters.context import Asker
from services.customers.filters.domain.saved import SavedFilter

Json = dict[str, Any]
_Work = Callable[[UnitOfWork, Asker], SavedFilter]
MAX_LIMIT = 200


class FilterEntrypoints:
    """Mixin of CustomersService."""

    db: Database
    gateway: Any

    @rpc
    def filter_schema(self, scope: Json) -> Json:
        caller = for_people(scope)
        with self.db.reading() as connection:
            return schema.filter_schema(context.asker(connection, caller))

    @rpc
    def list_saved_filters(self, scope: Json, limit: int = 50, cursor: str | None = None) -> Json:
        """One's own and those shared with one's teams, by name."""
        caller = for_people(scope)
        limit = whole(limit, "/limit", at_least=1, at_most=MAX_LIMIT)
        with self.db.reading() as connection:
            found, following = repository.page(connection, caller, limit=limit, cursor=cursor)
            asker = context.asker(connection, caller)
            return {"data": saved.messages(connection, found, asker=asker), "next": following}

    @rpc
    def get_saved_filter(self, scope: Json, filter_id: str) -> Json:
        caller = for_people(scope)
        with self.db.reading() as connection:
            asker = context.asker(connection, caller)
            return _message(connection, saved.get(connection, filter_id, asker=asker), asker)

    @rpc
    def create_saved_filter(
        self, scope: Json, data: Json, time_zone: str | None = None, idempotency: Json | None = None
    ) -> Json:
        """Its dates are meant in `time_zone`. Raises Conflict for a name that the caller has used already."""
        caller, data = for_people(scope), object_of(data)
        return self._keep(
            caller, time_zone, idempotency, lambda uow, asker: saved.create(uow.connection, data, asker=asker)
        )

    @rpc
    def update_saved_filter(
        self,
        scope: Json,
        filter_id: str,
        patch: Json,
        version: int | None = None,
        time_zone: str | None = None,
        idempotency: Json | None = None,
    ) -> Json:
        """A merge patch, by its owner or an administrator. Raises Stale, Conflict, Forbidden."""
        caller, patch, seen = for_people(scope), object_of(patch), version_of(version)
        return self._keep(
            caller,
            time_zone,
            idempotency,
            lambda uow, asker: saved.update(
                uow.connection, filter_id, patch, asker=asker, version=seen, zone=time_zone
            ),
        )

    @rpc
    def delete_saved_filter(self, scope: Json, filter_id: str, version: int | None = None) -> Json:
        caller, seen = for_people(scope), version_of(version)
        with self.db.unit_of_work() as uow:
            asker = context.asker(uow.connection, caller)
            gone = saved.delete(uow.connection, filter_id, asker=asker, version=seen)
        return {"id": str(gone.id)}

    def _keep(self, caller: Scope, zone: str | None, key: Json | None, work: _Work) -> Json:
        """One transaction; a second one if a team or a user is so new that our copy does not know them."""

        def once() -> Json:
            with self.db.unit_of_work() as uow:
                asker = context.asker(uow.connection, caller, time_zone=zone)
                return _kept(uow, asker, key, work)

        return with_news(self.db, self.gateway, once)


def _kept(uow: UnitOfWork, asker: Asker, key: Json | None, work: _Work) -> Json:
    """What the work leaves, or what the same request left before, as it is now."""
    outcome = None
    if key:
        outcome = uow.idempotency.begin(key["key"], user_id=asker.scope.user_id, request_hash=key["hash"])
    if outcome is not None:
        again = saved.get(uow.connection, outcome["id"], asker=asker)
        return {**_message(uow.connection, again, asker), "replayed": True}
    done = work(uow, asker)
    uow.idempotency.finish({"status": 200, "id": str(done.id)})
    return {**_message(uow.connection, done, asker), "replayed": False}


def _message(connection: Connection, found: SavedFilter, asker: Asker) -> Json:
    return saved.messages(connection, [found], asker=asker)[0]
