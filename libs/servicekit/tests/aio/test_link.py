"""A queue of one's own on an exchange of events, over a connection that comes back by itself."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import kombu
import pytest

from servicekit.aio import Link, OwnQueue
from servicekit.testing.infrastructure import fresh_vhost
from servicekit.testing.proxy import proxied
from servicekit.testing.waiting import eventually_async

pytestmark = pytest.mark.anyio

NEWS = kombu.Exchange("news", type="topic", durable=True)


class Listener:
    """What came, and how often the connection came up."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.ups = 0

    @asynccontextmanager
    async def listening(self, url: str) -> AsyncIterator[Link]:
        link = Link(url, _queue, on_message=self.heard.append, on_up=self._up)
        link.start()
        try:
            yield link
        finally:
            await link.close()

    def _up(self) -> None:
        self.ups += 1


def _queue() -> OwnQueue:
    name = f"news.{uuid.uuid4().hex}"
    limits = {"x-max-length": 100, "x-overflow": "drop-head", "x-message-ttl": 60_000}
    return OwnQueue(name, "news", ("sport.*", "weather.today"), limits)


def publish(url: str, key: str, body: str) -> None:
    with kombu.Connection(url) as connection:
        connection.Producer(exchange=NEWS).publish(body.encode(), routing_key=key)


@pytest.fixture
def news_url() -> Iterator[str]:
    with fresh_vhost("news") as url:
        with kombu.Connection(url) as connection:
            NEWS(connection.channel()).declare()
        yield url


async def test_what_is_bound_is_heard_and_nothing_else(news_url: str):
    listener = Listener()
    async with listener.listening(news_url):
        await eventually_async(lambda: listener.ups == 1)
        for key in ("sport.tennis", "weather.yesterday", "weather.today"):
            await asyncio.to_thread(publish, news_url, key, key)
        await eventually_async(lambda: listener.heard == [b"sport.tennis", b"weather.today"])


async def test_after_a_loss_there_is_a_new_queue_and_it_is_said_so(news_url: str):
    listener = Listener()
    with proxied(news_url) as (proxy, url):
        async with listener.listening(url) as link:
            await eventually_async(lambda: listener.ups == 1)
            proxy.cut()
            await eventually_async(lambda: not link.up)
            await asyncio.to_thread(publish, news_url, "sport.chess", "missed")
            proxy.restore()
            await eventually_async(lambda: listener.ups == 2)
            await asyncio.to_thread(publish, news_url, "sport.chess", "heard")
            await eventually_async(lambda: listener.heard == [b"heard"])


async def test_starting_waits_for_nobody(news_url: str):
    listener = Listener()
    with proxied(news_url) as (proxy, url):
        proxy.cut()
        async with listener.listening(url) as link:
            assert not link.up
            proxy.restore()
            await eventually_async(lambda: listener.ups == 1)
