"""Calls about custom fields. Everybody who works here reads them; administrators define them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from servicekit.database import Database
from servicekit.errors import NotFound, Stale
from servicekit.ids import new_id
from servicekit.inputs import object_of
from servicekit.rights import for_administrators, for_people
from servicekit.rpc import rpc
from servicekit.scope import Scope
from services.customers.fields import indexing, renaming, repository
from services.customers.fields.domain import changes, options
from services.customers.fields.domain.definitions import Field
from services.customers.fields.messages import field_message

Json = dict[str, Any]


class FieldEntrypoints:
    """Mixin of CustomersService."""

    db: Database

    @rpc
    def list_custom_fields(self, scope: Json, archived: bool = False) -> Json:
        for_people(scope)
        with self.db.reading() as connection:
            definitions = repository.load(connection)
        return {"data": [field_message(each) for each in definitions.fields if archived or not each.archived]}

    @rpc
    def get_custom_field(self, scope: Json, key: str) -> Json:
        for_people(scope)
        with self.db.reading() as connection:
            return field_message(_known(repository.load(connection).by_key.get(key), key))

    @rpc
    def create_custom_field(self, scope: Json, data: Json) -> Json:
        caller = for_administrators(scope)
        with self.db.unit_of_work() as uow:
            repository.lock_all(uow.connection)
            existing = repository.load(uow.connection)
            made = changes.new_field(data, existing=existing, option_ids=new_id)
            repository.add(uow.connection, made.field)
            repository.add_options(uow.connection, made.field.key, made.options)
            indexing.ask_for_index(uow, made.field, by=caller.user_id)
            return field_message(repository.load(uow.connection).by_key[made.field.key])

    @rpc
    def update_custom_field(self, scope: Json, key: str, patch: Json, version: int) -> Json:
        return self._change_field(
            for_administrators(scope), key, version, lambda field: changes.edited(field, patch)
        )

    @rpc
    def archive_custom_field(self, scope: Json, key: str, version: int) -> Json:
        return self._change_field(for_administrators(scope), key, version, changes.archived)

    @rpc
    def unarchive_custom_field(self, scope: Json, key: str, version: int) -> Json:
        return self._change_field(for_administrators(scope), key, version, changes.unarchived)

    @rpc
    def list_options(self, scope: Json, key: str) -> Json:
        field = self.get_custom_field(scope, key)
        return {"data": field["options"], "version": field["version"]}

    @rpc
    def add_option(self, scope: Json, key: str, data: Json, version: int) -> Json:
        """The whole field: its new version is what the next change must name."""
        for_administrators(scope)
        with self.db.unit_of_work() as uow:
            field = _at_version(repository.lock(uow.connection, key), key, version)
            field, option = options.with_option(field, data, option_id=new_id())
            repository.save(uow.connection, field)
            repository.add_options(uow.connection, key, [option])
            return field_message(repository.load(uow.connection).by_key[key])

    @rpc
    def update_option(
        self, scope: Json, key: str, option_id: str, patch: Json, version: int, dry_run: bool = False
    ) -> Json:
        """`{affected, warnings, field}`: how many live customers have the option, and what else holds it."""
        caller = for_administrators(scope)
        with self.db.unit_of_work() as uow:
            field = _at_version(repository.lock(uow.connection, key), key, version)
            changed = options.change_option(field, option_id, object_of(patch))
            return renaming.change(uow, caller, field, changed, dry_run=dry_run is True)

    @rpc
    def archive_option(self, scope: Json, key: str, option_id: str, version: int) -> Json:
        """Out of use; customers keep it."""
        answer: Json = self.update_option(scope, key, option_id, {"archived": True}, version)
        return answer

    def _change_field(self, caller: Scope, key: str, version: int, change: Callable[[Field], Field]) -> Json:
        with self.db.unit_of_work() as uow:
            field = change(_at_version(repository.lock(uow.connection, key), key, version))
            repository.save(uow.connection, field)
            indexing.ask_for_index(uow, field, by=caller.user_id)
            return field_message(field)


def _known(field: Field | None, key: str) -> Field:
    if field is None:
        raise NotFound("custom_field_not_found", {"key": key})
    return field


def _at_version(field: Field | None, key: str, version: int) -> Field:
    field = _known(field, key)
    if field.version != version:
        raise Stale("stale", {"current": field_message(field)})
    return field
