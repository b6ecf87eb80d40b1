"""What the gateway tells about its directory: only that there is a newer one."""

from __future__ import annotations

from typing import Any, Final

from directory import repository
from directory.model import Directory
from directory.refresh import ask
from servicekit.database import UnitOfWork
from servicekit.events import Event, subscribe

_SCHEMA: Final = {"type": "object", "properties": {"revision": {"type": "integer"}}}


@subscribe("directory.changed.v1", schema={"directory.changed.v1": _SCHEMA})
class CacheDirectory:
    """Replaces the copy when the revision is behind. What a silent gateway owes, the timer fetches."""

    def __init__(self, deps: Any) -> None:
        self._db = deps.db
        self._gateway = deps.rpc("gateway")

    def fetch(self, events: list[Event]) -> Directory | None:
        told = max(event.revision or event.data.get("revision") or 0 for event in events)
        with self._db.reading() as connection:
            if repository.revision(connection) >= told > 0:
                return None
        return ask(self._gateway)

    def apply(self, uow: UnitOfWork, events: list[Event], fetched: Directory | None) -> None:
        if fetched is not None:
            repository.replace(uow.connection, fetched)
