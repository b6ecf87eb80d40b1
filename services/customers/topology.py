"""What the customers service needs on the bus."""

from servicekit.events import EventQueue, Topology

TOPOLOGY = Topology(
    service="customers",
    publishes=("crm.events", "channel.requests"),
    queue=EventQueue(bindings=(("channel.events", "#"), ("crm.events", "directory.changed.v1"))),
)
