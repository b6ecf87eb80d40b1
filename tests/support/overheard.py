"""What is said between services, overheard by a queue of the test's own, with the time of its arrival."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import kombu


@dataclass
class Overheard:
    """Every message, repeated ones too, in order of arrival."""

    messages: list[tuple[float, dict[str, Any]]] = field(default_factory=list)

    def add(self, message: Any) -> None:
        self.messages.append((time.time(), json.loads(message.body)))
        message.ack()


@contextmanager
def overhearing(amqp_url: str, routing_key: str) -> Iterator[Overheard]:
    """Everything on crm.events with this key, from now on."""
    heard, stop = Overheard(), threading.Event()
    with kombu.Connection(amqp_url) as connection:
        exchange = kombu.Exchange("crm.events", "topic", no_declare=True)
        queue = kombu.Queue("", exchange, routing_key=routing_key, exclusive=True, durable=False)
        consumer = kombu.Consumer(connection.channel(), [queue], on_message=heard.add, prefetch_count=500)
        with consumer:
            listening = threading.Thread(target=_listen, args=(connection, stop))
            listening.start()
            try:
                yield heard
            finally:
                stop.set()
                listening.join()


def _listen(connection: kombu.Connection, stop: threading.Event) -> None:
    while not stop.is_set():
        with suppress(TimeoutError):
            connection.drain_events(timeout=0.2)
