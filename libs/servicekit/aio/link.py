"""The client's connection to the broker: one channel, one reply queue, new ones after every loss."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable
from typing import Any

import aiormq
from aiormq.abc import DeliveredMessage
from pamqp.commands import Basic
from yarl import URL

from servicekit import wire

log = logging.getLogger(__name__)

_HEARTBEAT = 10
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
        self._url = URL(url).update_query({"heartbeat": _HEARTBEAT, **URL(url).query})
        self._user = user
        self._on_reply = on_reply
        self._on_return = on_return
        self._on_lost = on_lost
        self._channel: Any = None
        self._reply_key = ""
        self._publishing: set[asyncio.Task[Any]] = set()
        self._runner: asyncio.Task[None] | None = None
        self.up = False
        self.losses = 0

    async def start(self) -> None:
        """Begins to connect, and waits a moment for it; a broker that is down is no reason to fail."""
        first = asyncio.Event()
        self._runner = asyncio.create_task(self._run(first))
        await first.wait()

    async def close(self) -> None:
        if self._runner is not None:
            self._runner.cancel()
            await asyncio.gather(self._runner, return_exceptions=True)

    def publish(self, routing_key: str, body: bytes, timeout: float) -> None:
        """Sends one request and waits for nothing; a service that is not there comes back by `on_return`."""
        task = asyncio.create_task(self._publish(routing_key, body, timeout))
        self._publishing.add(task)
        task.add_done_callback(self._publishing.discard)

    async def _publish(self, routing_key: str, body: bytes, timeout: float) -> None:
        properties = Basic.Properties(
            content_type=wire.CONTENT_TYPE,
            content_encoding="utf-8",
            delivery_mode=1,
            reply_to=self._reply_key,
            expiration=str(int(timeout * 1000) + 1),
        )
        try:
            await self._channel.basic_publish(
                body,
                exchange=wire.EXCHANGE,
                routing_key=routing_key,
                properties=properties,
                mandatory=True,
                wait=False,
            )
        except aiormq.exceptions.DeliveryError:
            self._on_return(routing_key, body)
        except Exception as error:  # the channel or connection is going down: `_run` fails what is pending
            log.debug("request not sent", extra={"reason": type(error).__name__})

    async def _run(self, first: asyncio.Event) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                async with asyncio.timeout(_CONNECT_TIMEOUT):
                    connection = await self._connect()
                pause = _FIRST_PAUSE
                self.up = True
                first.set()
                await self._until_lost(connection)
            except (aiormq.AMQPError, OSError, TimeoutError, RuntimeError) as error:
                log.warning("bus not reachable", extra={"reason": type(error).__name__})
            finally:
                first.set()
                self._down()
            await asyncio.sleep(pause)
            pause = min(_LONGEST_PAUSE, 2 * pause)

    async def _until_lost(self, connection: Any) -> None:
        try:
            await asyncio.wait(
                [connection.closing, self._channel.closing], return_when=asyncio.FIRST_COMPLETED
            )
            log.warning("bus connection lost")
        finally:
            self._down()
            await connection.close()

    def _down(self) -> None:
        if self.up:
            self.up = False
            self.losses += 1
            self._channel = None
            self._on_lost()

    async def _connect(self) -> Any:
        connection = await aiormq.connect(self._url)
        channel = await connection.channel(publisher_confirms=True, on_return_raises=False)
        channel.on_return_callbacks.add(self._returned)
        key = f"reply.{self._user}.{uuid.uuid4().hex}"
        await channel.queue_declare(key, exclusive=True, auto_delete=True)
        try:
            await channel.queue_bind(key, wire.EXCHANGE, key)
        except aiormq.exceptions.ChannelNotFoundEntity:
            await connection.close()
            raise
        await channel.basic_consume(key, self._replied, no_ack=True)
        self._channel, self._reply_key = channel, key
        return connection

    async def _replied(self, message: DeliveredMessage) -> None:
        self._on_reply(message.body)

    def _returned(self, message: DeliveredMessage) -> None:
        self._on_return(message.routing_key or "", message.body)
