"""What the import_export service needs on the bus."""

from servicekit.events import Topology

TOPOLOGY = Topology(service="import_export", publishes=("crm.events",))
