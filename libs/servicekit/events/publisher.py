"""Publishing that knows what arrived: many messages out, then all their confirms."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import amqp
import eventlet
from eventlet.semaphore import Semaphore

from servicekit import bus
from servicekit.events.outbox import ReadyMessage

SEND_TIMEOUT: Final = 15.0
_YIELD_EVERY: Final = 25
_PERSISTENT: Final = 2


class NotConfirmed(OSError):
    """The broker did not answer in time. None of the batch counts as sent."""


class Sent(NamedTuple):
    """What became of messages that are not simply sent."""

    returned: list[ReadyMessage]  # mandatory, and no queue wanted them
    refused: list[ReadyMessage]  # to be sent again: a queue is full, or could not write them down


class Publisher:
    """Has a connection of its own, opened when needed. After an error: `drop()`, then send all again."""

    def __init__(self, url: str, *, name: str) -> None:
        self._url = url
        self._name = name
        self._connection: bus.Connection | None = None
        self._channel: Any = None
        self._sending = Semaphore()  # one batch at a time
        self._published = 0
        self._unconfirmed: dict[int, ReadyMessage] = {}
        self._refused: list[ReadyMessage] = []
        self._returned: set[tuple[str, str, str]] = set()

    def send(self, messages: Sequence[ReadyMessage]) -> Sent:
        """Returns once the broker has answered for all.

        Raises one of `bus.ERRORS`; whatever part was sent by then may arrive once more.
        """
        with self._sending, eventlet.Timeout(SEND_TIMEOUT, NotConfirmed("timeout")):
            connection = self._connected()
            self._returned.clear()
            self._refused = []
            for index, message in enumerate(messages, 1):
                self._publish(message)
                if index % _YIELD_EVERY == 0:
                    eventlet.sleep(0)
            self._await_confirms(connection)
            returned = [message for message in messages if _route(message) in self._returned]
            return Sent(returned, self._refused)

    def keep_alive(self) -> None:
        """Call it now and then while there is nothing to send."""
        if self._connection is not None:
            while bus.wait_and_handle(self._connection, 0):
                pass
            self._connection.heartbeat_tick()

    def drop(self) -> None:
        """Forgets the connection. The next `send` opens a new one."""
        bus.hang_up(self._connection)
        self._connection = self._channel = None

    def _connected(self) -> bus.Connection:
        if self._connection is None:
            self._connection = bus.connect(self._url, name=self._name)
            self._open_channel(self._connection)
        return self._connection

    def _open_channel(self, connection: bus.Connection) -> None:
        self._channel = connection.channel()
        self._channel.confirm_select()
        self._channel.events["basic_ack"].add(self._on_ack)
        self._channel.events["basic_nack"].add(self._on_nack)
        self._channel.events["basic_return"].add(self._on_return)
        self._published = 0
        self._unconfirmed.clear()

    def _publish(self, message: ReadyMessage) -> None:
        self._published += 1
        self._unconfirmed[self._published] = message
        self._channel.basic_publish(
            amqp.Message(
                message.body,
                content_type=message.content_type,
                delivery_mode=_PERSISTENT,
                message_id=message.message_id,
                application_headers=dict(message.headers),
            ),
            message.exchange,
            message.routing_key,
            mandatory=message.mandatory,
        )

    def _await_confirms(self, connection: bus.Connection) -> None:
        deadline = time.monotonic() + SEND_TIMEOUT
        while self._unconfirmed:
            left = deadline - time.monotonic()
            if left <= 0 or not bus.wait_and_handle(connection, left):
                raise NotConfirmed("timeout")
        eventlet.sleep(0)

    def _on_ack(self, tag: int, multiple: bool) -> None:
        self._settle(tag, multiple)

    def _on_nack(self, tag: int, multiple: bool) -> None:
        self._refused += self._settle(tag, multiple)

    def _settle(self, tag: int, multiple: bool) -> list[ReadyMessage]:
        tags = [waiting for waiting in self._unconfirmed if waiting <= tag] if multiple else [tag]
        return [self._unconfirmed.pop(tag) for tag in tags if tag in self._unconfirmed]

    def _on_return(self, _error: Any, exchange: str, routing_key: str, message: Any) -> None:
        # The return of a message comes before its confirm, so all are known when the last confirm is.
        self._returned.add((exchange, routing_key, message.properties.get("message_id", "")))


def _route(message: ReadyMessage) -> tuple[str, str, str]:
    return message.exchange, message.routing_key, message.message_id
