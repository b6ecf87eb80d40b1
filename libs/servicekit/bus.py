"""AMQP connections of green services: opened in one way, read by one greenlet, written by any.

py-amqp changes the socket's timeout while it waits for input, which would interrupt a writer in the middle
of a frame. `wait_and_handle` therefore waits in the hub and reads without a timeout.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import amqp
import eventlet
from amqp import serialization, spec
from amqp.abstract_channel import loads
from eventlet import hubs

from servicekit import metrics

CONNECT_TIMEOUT = 5
CLOSE_TIMEOUT = 1
HEARTBEAT = 10
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 1.0
ERRORS: tuple[type[Exception], ...] = (amqp.AMQPError, OSError)
_READ_AHEAD = 65_536


class Channel(amqp.Channel):
    """Bodies stay bytes. A delivery whose routing key is no UTF-8 is rejected, since
    py-amqp would fail on it again at each redelivery."""

    def __init__(self, connection: Any, channel_id: int | None = None, **options: Any) -> None:
        super().__init__(connection, channel_id, auto_decode=False, **options)

    def dispatch_method(self, method_sig: Any, payload: bytes, content: Any) -> None:
        try:
            super().dispatch_method(method_sig, payload, content)
        except UnicodeDecodeError:
            if method_sig != spec.Basic.Deliver or _readable(payload):
                raise
            metrics.DROPPED.labels("routing_key").inc()
            tag_at = 5 + payload[4]  # class and method, then the consumer tag with its length
            self.basic_reject(int.from_bytes(payload[tag_at : tag_at + 8], "big"), requeue=False)


class Connection(amqp.Connection):
    Channel = Channel


def _readable(payload: bytes) -> bool:
    try:
        loads("sLbss", payload, 4)
    except UnicodeDecodeError:
        return False
    return True


def _tolerant_properties(buffer: bytes, offset: int) -> tuple[dict[str, Any], int]:
    """Message properties, or none if py-amqp cannot read them.

    The broker does not check them. Left to itself py-amqp fails between two frames, loses the connection,
    and fails again when the message is redelivered, in every replica.
    """
    try:
        properties: dict[str, Any]
        properties, offset = serialization.decode_properties_basic(buffer, offset)
    except Exception:
        return {}, len(buffer)
    return properties, offset


def describe(error: Exception) -> str:
    """What went wrong with a connection, for readiness and logs: `AccessRefused 403`."""
    return f"{type(error).__name__} {getattr(error, 'reply_code', None) or ''}".strip()


def user_of(url: str) -> str:
    """The broker user in an AMQP URL: reply keys start with it, and topic permissions hold them to it."""
    return unquote(urlsplit(url).username or "guest")


def connect(url: str, *, name: str) -> Connection:
    """An open connection; `?heartbeat=` in the URL changes its seconds.

    Raises one of `ERRORS` at once if that fails; retrying is the caller's loop.
    """
    serialization.PROPERTY_CLASSES[spec.Basic.CLASS_ID] = _tolerant_properties
    parts = urlsplit(url)
    connection = Connection(
        host=f"{parts.hostname or 'localhost'}:{parts.port or (5671 if parts.scheme == 'amqps' else 5672)}",
        userid=unquote(parts.username or "guest"),
        password=unquote(parts.password or "guest"),
        virtual_host=unquote(parts.path[1:]) or "/",
        ssl={"server_hostname": parts.hostname} if parts.scheme == "amqps" else False,
        login_method="PLAIN",
        connect_timeout=CONNECT_TIMEOUT,
        heartbeat=int(parse_qs(parts.query).get("heartbeat", [HEARTBEAT])[0]),
        client_properties={"connection_name": name},
    )
    connection.connect()
    _read_ahead(connection.transport)
    return connection


def _read_ahead(transport: Any) -> None:
    """Three frames a message and three reads a frame become about one read a message."""
    if not hasattr(transport.sock, "pending"):
        receive = transport.sock.recv
        transport._quick_recv = lambda _size: receive(_READ_AHEAD)


def body_of(message: Any) -> bytes:
    """The raw body; py-amqp has a str for an empty one."""
    return bytes(message.body or b"")


def wait_and_handle(connection: Connection, timeout: float) -> bool:
    """Handles one incoming frame, waiting for it up to `timeout`. False if none came."""
    transport = connection._transport  # the property would connect again
    if transport is None:
        raise ConnectionError("connection closed")
    if not transport._read_buffer and not _pending(transport.sock):
        if timeout <= 0:
            # Called by a greenlet that a socket woke, a timeout of nothing fires before the hub has looked.
            eventlet.sleep(0)
        try:
            hubs.trampoline(transport.sock.fileno(), read=True, timeout=timeout, timeout_exc=socket.timeout)
        except TimeoutError:
            return False
    # One frame only: drain_events() goes on waiting after a heartbeat, without a timeout.
    connection.blocking_read()
    return True


def _pending(sock: Any) -> bool:
    return hasattr(sock, "pending") and sock.pending() > 0


def hang_up(connection: Connection | None) -> None:
    """Closes a connection of which nothing more is expected. Only its reader may do so."""
    if connection is None:
        return
    try:
        with eventlet.Timeout(CLOSE_TIMEOUT, TimeoutError):
            connection.close()
    except Exception:  # a lost connection fails in many ways here, and none of them matters any more
        connection.collect()


class Pauses:
    """Growing pauses between attempts to connect; short, since a restart of the broker must be bridged."""

    def __init__(self, sleep: Callable[[float], object]) -> None:
        self._sleep = sleep
        self._next = FIRST_PAUSE

    def pause(self) -> None:
        self._sleep(self._next)
        self._next = min(LONGEST_PAUSE, 2 * self._next)

    def reset(self) -> None:
        self._next = FIRST_PAUSE
