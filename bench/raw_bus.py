"""The yardstick of everything that comes from the bus: the same messages through kombu, and no work at all.

A quorum queue of its own, prefetch 1,000, each message acknowledged when it comes.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from kombu import Connection, Consumer, Queue
from kombu import Message as Delivery

from bench.conversation_events import Message

_PREFETCH = 1_000


@dataclass(frozen=True, slots=True)
class RawBus:
    """Messages per second, persistent and confirmed on the way out, acknowledged on the way in."""

    out_per_second: float
    in_per_second: float


def measure(amqp_url: str, messages: Sequence[Message]) -> RawBus:
    """Publish all, then consume all, on a queue that is deleted afterwards."""
    with Connection(amqp_url) as connection:
        queue = Queue(
            f"bench.{uuid.uuid4()}",
            durable=True,
            queue_arguments={"x-queue-type": "quorum", "x-expires": 600_000},
        )
        bound = queue(connection.default_channel)
        bound.declare()
        try:
            out = publish(connection, messages, exchange="", routing_key=queue.name)
            came = _consume(connection, bound, len(messages))
        finally:
            bound.delete()
    return RawBus(len(messages) / out, len(messages) / came)


def publish(
    connection: Connection,
    messages: Sequence[Message],
    *,
    exchange: str,
    routing_key: str | None = None,
) -> float:
    """Send all with confirms, 500 on the way at a time; seconds until the last is safe."""
    channel = connection.channel()
    transport = channel.connection
    channel.confirm_select()
    unconfirmed: set[int] = set()
    channel.events["basic_ack"].add(lambda tag, multiple: _confirm(unconfirmed, tag, multiple))
    begin = time.perf_counter()
    for sequence, message in enumerate(messages, start=1):
        unconfirmed.add(sequence)
        channel.basic_publish(
            channel.prepare_message(
                message.body,
                content_type="application/cloudevents+json",
                content_encoding="utf-8",
                properties={"delivery_mode": 2},
            ),
            exchange=exchange,
            routing_key=routing_key or message.routing_key,
        )
        while len(unconfirmed) >= 500:
            transport.drain_events(timeout=30)
    while unconfirmed:
        transport.drain_events(timeout=30)
    channel.close()
    return time.perf_counter() - begin


def _confirm(unconfirmed: set[int], tag: int, multiple: bool) -> None:
    if multiple:
        unconfirmed.difference_update([sequence for sequence in unconfirmed if sequence <= tag])
    else:
        unconfirmed.discard(tag)


def _consume(connection: Connection, queue: Queue, count: int) -> float:
    """Seconds from the first message to the acknowledgement of the last."""
    came: list[float] = []

    def acknowledge(message: Delivery) -> None:
        came.append(time.perf_counter())
        message.ack()

    channel = connection.channel()
    consumer = Consumer(channel, [queue], on_message=acknowledge, auto_declare=False)
    consumer.qos(prefetch_count=_PREFETCH)
    with consumer:
        while len(came) < count:
            try:
                connection.drain_events(timeout=30)
            except TimeoutError:
                raise TimeoutError(f"only {len(came)} of {count} messages came back") from None
    return time.perf_counter() - came[0]
