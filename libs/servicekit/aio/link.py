"""A way to the broker: always one connection, a new one with a new queue after each loss."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from servicekit.aio.amqp import Connection, OwnQueue

log = logging.getLogger(__name__)

_CONNECT_TIMEOUT = 5.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 1.0


class Link:
    """Hands over what comes to its queue, and publishes requests. Reconnects for ever, until closed.

    `new_queue()` is asked for a queue, of a name that nobody has, at each attempt. `on_message(body)`,
    `on_return(routing_key, body)`, `on_up()` and `on_lost()` are called in the event loop.
    """

    def __init__(
        self,
        url: str,
        new_queue: Callable[[], OwnQueue],
        *,
        on_message: Callable[[bytes], None],
        on_return: Callable[[str, bytes], None] = lambda _key, _body: None,
        on_up: Callable[[], None] = lambda: None,
        on_lost: Callable[[], None] = lambda: None,
    ) -> None:
        self._url = url
        self._new_queue = new_queue
        self._on_message = on_message
        self._on_return = on_return
        self._on_up = on_up
        self._on_lost = on_lost
        self._connection: Connection | None = None
        self._runner: asyncio.Task[None] | None = None
        self._tried = asyncio.Event()
        self.losses = 0

    @property
    def up(self) -> bool:
        """Whether a request can be sent at this moment."""
        return self._connection is not None and self._connection.writable

    def start(self) -> None:
        """Begins to connect."""
        self._runner = asyncio.create_task(self._run())

    async def tried(self) -> None:
        """Waits for the end of the first attempt; a broker that is down is no reason to fail."""
        await self._tried.wait()

    async def close(self) -> None:
        if self._runner is not None:
            self._runner.cancel()
            await asyncio.gather(self._runner, return_exceptions=True)

    def publish(self, routing_key: str, body: bytes, expires_ms: int) -> None:
        """Sends one request and waits for nothing; a service that is not there comes back by `on_return`."""
        if self._connection is not None:
            self._connection.publish(routing_key, body, expires_ms)

    async def _run(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            lost = asyncio.Event()
            connection = self._new_connection(lost)
            try:
                async with asyncio.timeout(_CONNECT_TIMEOUT):
                    await connection.open(self._url, self._new_queue())
                pause = _FIRST_PAUSE
                self._connection = connection
                log.info("bus connected")
                self._tried.set()
                self._on_up()
                await lost.wait()
                log.warning("bus connection lost")
            except (OSError, ValueError) as error:
                # An unreadable URL is quoted in the error's words, its password with it.
                reason = str(error) if isinstance(error, OSError) else type(error).__name__
                log.warning("bus not reachable", extra={"reason": reason})
            finally:
                self._tried.set()
                await connection.close()
            await asyncio.sleep(pause)
            pause = min(_LONGEST_PAUSE, 2 * pause)

    def _new_connection(self, lost: asyncio.Event) -> Connection:
        def on_lost() -> None:
            self._connection = None
            self.losses += 1
            lost.set()
            self._on_lost()

        return Connection(on_deliver=self._on_message, on_return=self._on_return, on_lost=on_lost)
