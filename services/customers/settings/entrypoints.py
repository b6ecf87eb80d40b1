"""Calls about Settings → Customers. Agents read them, since they bind them; administrators change them."""

from __future__ import annotations

from typing import Any

from servicekit.database import Database
from servicekit.errors import Stale
from servicekit.rights import for_administrators, for_people
from servicekit.rpc import rpc
from services.customers import configuration
from services.customers.settings import domain, repository
from services.customers.settings.messages import settings_message


class SettingsEntrypoints:
    """Mixin of CustomersService."""

    db: Database

    @rpc
    def get_settings(self, scope: dict[str, Any]) -> dict[str, Any]:
        for_people(scope)
        with self.db.reading() as connection:
            return settings_message(configuration.current(connection).settings)

    @rpc
    def update_settings(self, scope: dict[str, Any], patch: dict[str, Any], version: int) -> dict[str, Any]:
        for_administrators(scope)
        with self.db.unit_of_work() as uow:
            teams = configuration.current(uow.connection).directory.teams.keys()
            settings = repository.lock(uow.connection)
            if settings.version != version:
                raise Stale("stale", {"current": settings_message(settings)})
            settings = domain.changed(settings, patch, known_teams=teams)
            repository.save(uow.connection, settings)
            return settings_message(settings)
