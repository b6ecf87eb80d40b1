"""A plain, blocking AMQP client for tests: sends what a well-behaved client never would."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import amqp
import orjson

from servicekit import wire
from servicekit.testing.waiting import eventually


def declare_rpc_exchange(url: str) -> None:
    """What the topology step does before any service starts."""
    with _connection(url) as connection:
        connection.channel().exchange_declare(wire.EXCHANGE, "topic", durable=True, auto_delete=False)


class RawClient:
    """Publishes raw requests and reads what comes to its reply queue."""

    def __init__(self, channel: Any, user: str) -> None:
        self.channel = channel
        self.reply_key = f"reply.{user}.{uuid4().hex}"
        channel.auto_decode = False
        channel.queue_declare(self.reply_key, exclusive=True)
        channel.queue_bind(self.reply_key, wire.EXCHANGE, self.reply_key)

    def publish(self, routing_key: str, body: bytes | str, **properties: Any) -> None:
        """One message with exactly these properties; `reply_to` is ours unless given (None: left out)."""
        properties = {"content_type": wire.CONTENT_TYPE, "reply_to": self.reply_key, **properties}
        given = {name: value for name, value in properties.items() if value is not None}
        self.channel.basic_publish(amqp.Message(body, **given), wire.EXCHANGE, routing_key)

    def call(self, routing_key: str, *args: Any, headers: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        """A plain nameko call; returns the whole answer."""
        body = orjson.dumps({"args": args, "kwargs": kwargs})
        self.publish(routing_key, body, correlation_id=uuid4().hex, application_headers=headers or {})
        return self.reply()

    def reply(self, within: float = 10.0) -> Any:
        """The next answer, decoded."""
        message = eventually(self._get, within=within, what="an answer")
        return orjson.loads(message.body)

    def _get(self) -> Any:
        return self.channel.basic_get(self.reply_key, no_ack=True)

    def queue_length(self, queue: str) -> int:
        """Messages that wait in `queue` (not those under work)."""
        return int(self.channel.queue_declare(queue, passive=True).message_count)


@contextmanager
def raw_client(url: str) -> Iterator[RawClient]:
    """A client with a connection and a reply queue of its own."""
    with _connection(url) as connection:
        yield RawClient(connection.channel(), urlsplit(url).username or "guest")


@contextmanager
def _connection(url: str) -> Iterator[Any]:
    parts = urlsplit(url)
    connection = amqp.Connection(
        f"{parts.hostname}:{parts.port}",
        userid=unquote(parts.username or "guest"),
        password=unquote(parts.password or "guest"),
        virtual_host=unquote(parts.path[1:]) or "/",
        login_method="PLAIN",
    )
    connection.connect()
    try:
        yield connection
    finally:
        connection.close()
