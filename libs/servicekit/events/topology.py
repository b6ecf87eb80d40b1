"""Exchanges, queues and bindings, declared by one step before any service starts.

A queue that is there before the first event misses none. What exists with other arguments is a
drift that no running service can mend: the step fails and names it.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from amqp.exceptions import PreconditionFailed

if TYPE_CHECKING:
    from servicekit.bus import Connection

RPC_EXCHANGE: Final = "nameko-rpc"
DELIVERY_LIMIT: Final = 50
Binding = tuple[str, str]


class TopologyDrift(Exception):
    """The broker has it already, and different."""


@dataclass(frozen=True, slots=True)
class EventQueue:
    """The one queue from which a service takes events. `bindings` are (exchange, routing key pattern)."""

    bindings: tuple[Binding, ...]


@dataclass(frozen=True, slots=True)
class ExtraQueue:
    """A queue that somebody outside consumes, e.g. one connector's."""

    name: str
    bindings: tuple[Binding, ...] = ()
    arguments: dict[str, Any] = field(default_factory=lambda: {"x-queue-type": "quorum"})


@dataclass(frozen=True, slots=True)
class Topology:
    """What one service needs to find on the broker."""

    service: str
    publishes: tuple[str, ...] = ()
    queue: EventQueue | None = None
    extra: tuple[ExtraQueue, ...] = ()

    @property
    def queue_name(self) -> str:
        return f"{self.service}.events"

    @property
    def dead_queue_name(self) -> str:
        return f"{self.service}.events.dead"

    @property
    def exchanges(self) -> set[str]:
        """All that it publishes to or binds to, and the one for calls."""
        bound = [
            *(self.queue.bindings if self.queue else ()),
            *(b for extra in self.extra for b in extra.bindings),
        ]
        return {RPC_EXCHANGE, *self.publishes, *(exchange for exchange, _ in bound)}

    def queues(self) -> list[ExtraQueue]:
        """Every queue, in the order in which it may be declared."""
        if self.queue is None:
            return list(self.extra)
        return [
            ExtraQueue(self.dead_queue_name),
            ExtraQueue(self.queue_name, self.queue.bindings, event_queue_arguments(self.dead_queue_name)),
            *self.extra,
        ]


def event_queue_arguments(dead_queue: str) -> dict[str, Any]:
    """The type and what makes losing impossible; tunables come from policies."""
    return {
        "x-queue-type": "quorum",
        # Only a backstop against messages that kill the process: restarts count as deliveries, too.
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": dead_queue,
        # At least once needs a queue that refuses when full instead of dropping its head.
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }


def declare(amqp_url: str, topologies: Iterable[Topology]) -> None:
    """Makes it so, or finds it so. Raises TopologyDrift where something differs."""
    from servicekit import bus  # brings eventlet, which who only names a Topology does not need

    topologies = list(topologies)
    with bus.connect(amqp_url, name="topology") as connection:
        for exchange in sorted({name for topology in topologies for name in topology.exchanges}):
            _declare_exchange(connection, exchange)
        for queue in [queue for topology in topologies for queue in topology.queues()]:
            _declare_queue(connection, queue)


def load(packages: Iterable[str]) -> list[Topology]:
    """The TOPOLOGY of each package's `topology` module."""
    return [import_module(f"{package}.topology").TOPOLOGY for package in packages]


def main(packages: list[str]) -> int:
    """Declares for each package, with AMQP_URL in the environment; returns the exit status."""
    url = os.environ.get("AMQP_URL")
    if not url:
        print("cannot start: AMQP_URL is missing", file=sys.stderr)
        return 2
    try:
        declare(url, load(packages))
    except TopologyDrift as drift:
        print(drift, file=sys.stderr)
        return 1
    return 0


def _declare_exchange(connection: Connection, name: str) -> None:
    channel = connection.channel()
    try:
        channel.exchange_declare(name, "topic", durable=True, auto_delete=False)
    except PreconditionFailed as error:
        raise TopologyDrift(_explain("exchange", name, error)) from error
    channel.close()


def _declare_queue(connection: Connection, queue: ExtraQueue) -> None:
    channel = connection.channel()
    try:
        channel.queue_declare(queue.name, durable=True, auto_delete=False, arguments=queue.arguments)
    except PreconditionFailed as error:
        raise TopologyDrift(_explain("queue", queue.name, error)) from error
    for exchange, pattern in queue.bindings:
        channel.queue_bind(queue.name, exchange, pattern)
    channel.close()


def _explain(kind: str, name: str, error: PreconditionFailed) -> str:
    """`inequivalent arg 'x' for queue 'q' in vhost '/': received 'a' but current is 'b'`, for people."""
    found = re.search(r"inequivalent arg '(?P<arg>[^']+)'.*?: (?P<values>received .*)", str(error))
    difference = f"argument {found['arg']}: {found['values']}" if found else str(error)
    return (
        f"{kind} {name} exists with other settings ({difference}). "
        "Drain it, delete it and run this step again; nothing was changed."
    )
