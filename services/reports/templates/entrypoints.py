"""Calls about templates."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from servicekit.clock import utc_now
from servicekit.database import Database, UnitOfWork
from servicekit.errors import Conflict, NotFound
from servicekit.inputs import find_id, object_of, version_of, whole
from servicekit.rights import for_people
from servicekit.rpc import rpc
from services.reports.facts import ask_facts
from services.reports.following.meaning import former_of_fields
from services.reports.sources import read_source
from services.reports.templates import keeping, repository
from services.reports.templates.domain.contents import fields_said, tag_ids, tag_names
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
            gone = repository.without_upload(connection, found)
        return {"data": _messages(found, keeper, gone), "next": following}

    @rpc
    def get_configuration(self, scope: Json, configuration_id: str) -> Json:
        keeper = self._keeper(scope)
        with self.db.reading() as connection:
            found = keeping.get(connection, keeper, configuration_id)
            gone = repository.without_upload(connection, [found])
        return {"configuration": _messages([found], keeper, gone)[0]}

    @rpc
    def create_configuration(self, scope: Json, data: Json, idempotency: Json | None = None) -> Json:
        """Raises Conflict for a name that the caller has used already."""
        keeper, data = self._keeper(scope), object_of(data)
        uploaded = self._uploaded(keeper, data, None)
        keeper = self._knowing(keeper, data, None)
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
        before = self._before(keeper, configuration_id)
        uploaded = self._uploaded(keeper, patch, before)
        keeper = self._knowing(keeper, patch, before)
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

    def _before(self, keeper: Keeper, configuration_id: str) -> Template | None:
        """As it is before a change; whether it is there is said by the change."""
        with self.db.reading() as connection, suppress(NotFound):
            return keeping.get(connection, keeper, configuration_id)
        return None

    def _knowing(self, keeper: Keeper, data: Json, before: Template | None) -> Keeper:
        """With the tags that are named, and what is meant by those that were renamed meanwhile."""
        facts, named = keeper.facts, fields_said(data)
        if before:
            facts.tags.ask(ids=tag_ids(before))
        if names := tag_names(data):
            facts.tags.ask(names=names, ids=(text for text in names if find_id(text)))
        if not named:
            return keeper
        return replace(keeper, former=former_of_fields(self.db, named, facts.fields, facts.tags))

    def _uploaded(self, keeper: Keeper, data: Json, before: Template | None) -> Sequence[Json] | None:
        """The columns of the upload that it is to be about. Raises NotFound for one that is not theirs; the
        one that it was about before may be gone."""
        source = read_source(data.get("source"), kept=True)
        try:
            if source.upload is not None:
                return self._columns(keeper, source.upload)
            if "source" not in data and "configuration" in data and before and before.source:
                return self._columns(keeper, before.source.get("upload"))
        except (NotFound, Conflict):
            if source.upload is not None:
                raise
        return None

    def _columns(self, keeper: Keeper, upload_id: str | None) -> Sequence[Json] | None:
        if upload_id is None:
            return None
        with self.db.reading() as connection:
            upload = access.opened(connection, keeper.scope, upload_id)
        return access.known_columns(upload, masked=keeper.facts.masked)

    def _kept(self, keeper: Keeper, key: Json | None, work: Callable[[UnitOfWork], Template]) -> Json:
        """What the work leaves, or what the same request left before, as it is now."""
        with self.db.unit_of_work() as uow:
            outcome = None
            if key:
                user_id = keeper.scope.user_id
                outcome = uow.idempotency.begin(key["key"], user_id=user_id, request_hash=key["hash"])
            if outcome is not None:
                done = keeping.get(uow.connection, keeper, outcome["id"])
            else:
                done = work(uow)
                uow.idempotency.finish({"status": 200, "id": str(done.id)})
            gone = repository.without_upload(uow.connection, [done])
        return {"configuration": _messages([done], keeper, gone)[0], "replayed": outcome is not None}


def _messages(templates: Sequence[Template], keeper: Keeper, gone: Collection[UUID]) -> list[Json]:
    """Calls others: never within a transaction."""
    keeper.facts.tags.ask(ids={tag for each in templates for tag in tag_ids(each)})
    return [template_message(each, keeper.scope, keeper.facts, gone=gone) for each in templates]
