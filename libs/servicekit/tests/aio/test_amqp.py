"""What the small AMQP client does with brokers that behave otherwise than ours usually does."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from pamqp import commands, frame

from servicekit import wire
from servicekit.aio.amqp import Connection, ConnectionLost, OwnQueue
from servicekit.testing.bus import raw_client
from servicekit.testing.infrastructure import fresh_vhost
from servicekit.testing.waiting import eventually_async
from servicekit.tests.aio.conftest import connected

pytestmark = pytest.mark.anyio


class Ears:
    """Remembers what a connection reports."""

    def __init__(self) -> None:
        self.delivered: list[bytes] = []
        self.returned: list[str] = []
        self.lost = 0

    def connection(self) -> Connection:
        return Connection(
            on_deliver=self.delivered.append,
            on_return=lambda key, _body: self.returned.append(key),
            on_lost=self._on_lost,
        )

    def _on_lost(self) -> None:
        self.lost += 1


def a_queue(key: str) -> OwnQueue:
    return OwnQueue(key, wire.EXCHANGE, (key,))


@asynccontextmanager
async def opened(url: str, ears: Ears, key: str) -> AsyncIterator[Connection]:
    connection = ears.connection()
    await connection.open(url, a_queue(key))
    try:
        yield connection
    finally:
        await connection.close()


async def test_message_to_the_reply_queue_arrives_whole_whatever_its_size(bus_url: str):
    ears, key = Ears(), "reply.guest.sizes"
    bodies = [b"", b"x", b"x" * 131_063, b"x" * 131_064, b"x" * 131_065, b"x" * 1_000_000]
    async with opened(bus_url, ears, key) as connection:
        for body in bodies:
            connection.publish(key, body, 5000)
        await eventually_async(lambda: len(ears.delivered) == len(bodies))
        assert ears.delivered == bodies


async def test_request_that_no_queue_takes_comes_back_with_its_key(bus_url: str):
    ears = Ears()
    async with opened(bus_url, ears, "reply.guest.returns") as connection:
        connection.publish("nobody.__group__", b"{}", 5000)
        await eventually_async(lambda: ears.returned == ["nobody.__group__"])


async def test_end_is_reported_exactly_once(bus_url: str):
    ears = Ears()
    async with opened(bus_url, ears, "reply.guest.ends") as connection:
        await connection.close()
        await connection.close()
    await eventually_async(lambda: ears.lost == 1)


async def test_wrong_password_is_an_error_in_the_brokers_words(bus_url: str):
    with pytest.raises(ConnectionLost, match=r"^403 ACCESS_REFUSED$"):
        await Ears().connection().open(re.sub(":[^:@/]+@", ":wrong@", bus_url), a_queue("reply.guest.x"))


async def test_cancelled_reply_queue_ends_the_connection(bus_url: str):
    """Left alone the client would wait for ever on a queue that is gone."""
    ears = Ears()
    async with opened(bus_url, ears, "reply.guest.cancelled") as connection:
        connection.data_received(frame.marshal(commands.Basic.Cancel("tag", True), 1))
        await eventually_async(lambda: ears.lost == 1)


@pytest.fixture
def bare_url() -> Iterator[str]:
    with fresh_vhost("bare") as url:
        yield url


async def test_missing_exchange_is_an_error_in_the_brokers_words(bare_url: str):
    with pytest.raises(ConnectionLost, match=r"^404 NOT_FOUND$"):
        await Ears().connection().open(bare_url, a_queue("reply.guest.x"))


async def test_broker_that_takes_nothing_makes_the_client_not_ready(bus_url: str):
    """Under a memory or disk alarm requests would wait for their deadline, one after the other."""
    async with connected(bus_url) as client:
        connection = client._link._connection
        assert connection is not None
        connection.data_received(frame.marshal(commands.Connection.Blocked("low on memory"), 0))
        assert not client.ready
        connection.data_received(frame.marshal(commands.Connection.Unblocked(), 0))
        assert client.ready


async def test_bytes_may_arrive_in_any_pieces(bus_url: str):
    ears = Ears()
    async with opened(bus_url, ears, "reply.guest.pieces") as connection:
        header = b"\x00\x3c\x00\x00" + (5).to_bytes(8, "big") + b"\x00\x00"
        stream = b"".join(
            [
                frame.marshal(commands.Basic.Deliver("tag", 1, False, "nameko-rpc", "key"), 1),
                b"\x02\x00\x01" + len(header).to_bytes(4, "big") + header + b"\xce",
                b"\x03\x00\x01" + (2).to_bytes(4, "big") + b"he" + b"\xce",
                b"\x08\x00\x00\x00\x00\x00\x00\xce",
                b"\x03\x00\x01" + (3).to_bytes(4, "big") + b"llo" + b"\xce",
            ]
        )
        for i in range(len(stream)):
            connection.data_received(stream[i : i + 1])
        assert ears.delivered == [b"hello"]


async def test_peer_that_speaks_no_amqp_is_left_at_once():
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ConnectionLost):
            await Ears().connection().open(f"amqp://guest:guest@127.0.0.1:{port}/", a_queue("reply.guest.x"))


async def test_requests_leave_in_a_form_that_others_read(bus_url: str):
    with raw_client(bus_url) as raw:
        async with opened(bus_url, Ears(), "reply.guest.form") as connection:
            connection.publish(raw.reply_key, '{"ü": 1}'.encode(), 1500)
            message = await eventually_async(lambda: raw.channel.basic_get(raw.reply_key, no_ack=True))
    assert message.properties == {
        "content_type": "application/json",
        "content_encoding": "utf-8",
        "delivery_mode": 1,
        "reply_to": "reply.guest.form",
        "expiration": "1500",
    }
