"""What the gateway needs to find on the broker: exchanges to publish to. It has no queue of events."""

from servicekit.events.topology import Topology

TOPOLOGY = Topology(service="gateway", publishes=("crm.events", "channel.events"))
