"""The directory's own clock: a copy is never older than a minute, whatever became of the events."""

from __future__ import annotations

from nameko.timer import timer

from servicekit.database import Database
from servicekit.rpc import RpcClient
from services.customers.directory.refresh import refresh


class DirectoryEntrypoints:
    """Mixin of CustomersService."""

    db: Database
    gateway = RpcClient("gateway")

    @timer(interval=60, eager=True)
    def refresh_directory(self) -> None:
        refresh(self.db, self.gateway)
