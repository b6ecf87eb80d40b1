"""The directory's own clock: a copy is never older than a minute, whatever became of the events."""

from __future__ import annotations

from nameko.timer import timer

from directory.refresh import refresh
from servicekit.database import Database
from servicekit.rpc import RpcClient


class DirectoryEntrypoints:
    """Mixin of a service class that keeps a copy. Its metadata has `add_directory_tables`."""

    db: Database
    gateway = RpcClient("gateway")

    @timer(interval=60, eager=True)  # type: ignore[untyped-decorator]  # nameko publishes no types
    def refresh_directory(self) -> None:
        refresh(self.db, self.gateway)
