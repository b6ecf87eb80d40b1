"""The gateway towards the services: the directory, and a user's rights at this moment.

A process of its own, on the bus like every service; it also sends the gateway's outbox.
"""

from __future__ import annotations

from typing import Any

from gateway.accounts import directory
from gateway.settings import GatewaySettings
from servicekit.database import Database
from servicekit.rpc import rpc


class GatewayService:
    """Small on purpose: services cache the directory and ask again when `directory.changed.v1` tells them."""

    name = "gateway"
    settings_class = GatewaySettings
    db = Database()

    @rpc  # type: ignore[untyped-decorator]  # nameko publishes no types
    def directory(self) -> dict[str, Any]:
        """Teams, users, memberships, and the revision at which they were so."""
        with self.db.unit_of_work() as uow:
            return directory.read_directory(uow.connection)

    @rpc  # type: ignore[untyped-decorator]  # nameko publishes no types
    def scope_of(self, user_id: str) -> dict[str, Any] | None:
        """The scope of an active user or of a key that has not expired; None for anybody else."""
        with self.db.reading() as connection:
            return directory.find_scope(connection, user_id)
