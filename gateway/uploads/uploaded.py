"""An upload as routes take it: into storage first, then to the service that owns what comes of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from gateway.call import Call
from gateway.problems import HttpProblem
from gateway.uploads.receiving import Patience, Received, Receiver
from servicekit.errors import ServiceError, Unavailable


@dataclass(frozen=True, slots=True)
class Uploaded:
    """`call` is the request as if it came at the moment when its file was there."""

    call: Call
    received: Received

    async def is_replay(self, reply: dict[str, Any]) -> bool:
        """Whether it was sent before: then the file of that time is the one that counts."""
        if reply["replayed"]:
            await self.call.resources.files.discard(self.received.key)
        return bool(reply["replayed"])


@asynccontextmanager
async def uploaded(call: Call) -> AsyncIterator[Uploaded]:
    """Reads the file that comes with this call. What is refused in the block takes it away again.

    It stays when nobody knows whether the service has taken it.
    """
    received = await _received(call)
    told = False
    try:
        now = await call.renewed()
        key = now.key.of(received.digest()) if now.key else None
        told = True
        yield Uploaded(replace(now, key=key), received)
    except (ServiceError, HttpProblem) as error:
        if not (told and isinstance(error, Unavailable)):
            await call.resources.files.discard(received.key)
        raise


async def _received(call: Call) -> Received:
    if call.incoming is None:
        raise RuntimeError(f"{call.operation.name} takes no upload, or has read it")
    settings, files = call.resources.settings, call.resources.files
    patience = Patience(settings.upload_seconds, settings.upload_idle_seconds)
    files.uploads.admit()
    with files.uploads.one():
        return await Receiver(call.incoming, files, patience=patience).receive()
