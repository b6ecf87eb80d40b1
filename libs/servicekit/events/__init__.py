"""Facts between services: written with the change they tell of, handled at least once, never lost.

uow.outbox.add(Event("customers.changed.v1", {…}))             # inside a unit of work

@subscribe("customers.changed.v1", schema={…})                 # two plain functions on a batch
class IndexChangedCustomers:
    def __init__(self, deps): …
    def fetch(self, events): …
    def apply(self, uow, events, fetched): …

events = Subscriber(TOPOLOGY, [IndexChangedCustomers])         # on the service class, beside `db`
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicekit.events.cloudevent import Event
from servicekit.events.handlers import BadEvent, subscribe
from servicekit.events.outbox import ReadyMessage
from servicekit.events.topology import EventQueue, ExtraQueue, Topology

if TYPE_CHECKING:
    from servicekit.events.parked import ParkedMessages
    from servicekit.events.subscriber import Subscriber

__all__ = [
    "BadEvent",
    "Event",
    "EventQueue",
    "ExtraQueue",
    "ParkedMessages",
    "ReadyMessage",
    "Subscriber",
    "Topology",
    "subscribe",
]


def __getattr__(name: str) -> Any:
    # These bring nameko, which an asyncio process neither needs nor should pay for.
    if name == "Subscriber":
        from servicekit.events.subscriber import Subscriber

        return Subscriber
    if name == "ParkedMessages":
        from servicekit.events.parked import ParkedMessages

        return ParkedMessages
    raise AttributeError(name)
