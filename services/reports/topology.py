"""What the reports service needs on the bus."""

from servicekit.events import EventQueue, Topology

TOPOLOGY = Topology(
    service="reports",
    queue=EventQueue(
        bindings=(
            ("crm.events", "custom_field.option_renamed.v1"),
            ("crm.events", "tag.renamed.v1"),
        )
    ),
)
