"""What the dedup service needs on the bus."""

from servicekit.events import EventQueue, Topology

TOPOLOGY = Topology(
    service="dedup",
    queue=EventQueue(
        bindings=(
            ("crm.events", "customers.changed.v1"),
            ("crm.events", "customer.merged.v1"),
            ("crm.events", "customer.unmerged.v1"),
            ("crm.events", "duplicate.detected.v1"),
            ("crm.events", "directory.changed.v1"),
        )
    ),
)
