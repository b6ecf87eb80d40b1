"""The client's way to the broker: always one connection, a new one with a new reply queue after each loss."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable

from servicekit.aio.amqp import Connection

log = logging.getLogger(__name__)

_CONNECT_TIMEOUT = 5.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 1.0


class Link:
    """Publishes request messages and hands over what comes back. Reconnects for ever, until closed.

    `on_reply(body)`, `on_return(routing_key, body)` and `on_lost()` are called in the event loop.
    """

    def __init__(
        self,
        url: str,
        user: str,
        *,
        on_reply: Callable[[bytes], None],
        on_return: Callable[[str, bytes], None],
        on_lost: Callable[[], None],
    ) -> None:
        self._url = url
        self._user = user
        self._on_reply = on_reply
        self._on_return = on_return
        self._on_lost = on_lost
        self._connection: Connection | None = None
        self._runner: asyncio.Task[None] | None = None
        self.losses = 0

    @property
    def up(self) -> bool:
        """Whether a request can be sent at this moment."""
        return self._connection is not None and self._connection.writable

    async def start(self) -> None:
        """Begins to connect and waits for the first attempt; a broker that is down is no reason to fail."""
        first = asyncio.Event()
        self._runner = asyncio.create_task(self._run(first))
        await first.wait()

    async def close(self) -> None:
        if self._runner is not None:
            self._runner.cancel()
            await asyncio.gather(self._runner, return_exceptions=True)

    def publish(self, routing_key: str, body: bytes, expires_ms: int) -> None:
        """Sends one request and waits for nothing; a service that is not there comes back by `on_return`."""
        if self._connection is not None:
            self._connection.publish(routing_key, body, expires_ms)

    async def _run(self, first: asyncio.Event) -> None:
        pause = _FIRST_PAUSE
        while True:
            lost = asyncio.Event()
            connection = self._new_connection(lost)
            try:
                async with asyncio.timeout(_CONNECT_TIMEOUT):
                    await connection.open(self._url, f"reply.{self._user}.{uuid.uuid4().hex}")
                pause = _FIRST_PAUSE
                self._connection = connection
                log.info("bus connected")
                first.set()
                await lost.wait()
                log.warning("bus connection lost")
            except (OSError, ValueError) as error:
                # An unreadable URL is quoted in the error's words, its password with it.
                reason = str(error) if isinstance(error, OSError) else type(error).__name__
                log.warning("bus not reachable", extra={"reason": reason})
            finally:
                first.set()
                await connection.close()
            await asyncio.sleep(pause)
            pause = min(_LONGEST_PAUSE, 2 * pause)

    def _new_connection(self, lost: asyncio.Event) -> Connection:
        def on_lost() -> None:
            self._connection = None
            self.losses += 1
            lost.set()
            self._on_lost()

        return Connection(on_deliver=self._on_reply, on_return=self._on_return, on_lost=on_lost)
