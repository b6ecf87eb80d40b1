"""What the tasks service needs on the bus."""

from servicekit.events import EventQueue, Topology

TOPOLOGY = Topology(
    service="tasks",
    publishes=("crm.events",),
    queue=EventQueue(
        bindings=(("crm.events", "customers.changed.v1"), ("crm.events", "directory.changed.v1"))
    ),
)
