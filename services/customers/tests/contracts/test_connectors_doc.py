"""The publisher in docs/connectors.md works as it is pasted."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import kombu

from servicekit.events.batch import BatchWorker
from servicekit.events.delivery import read_delivery
from servicekit.events.handlers import routes_of
from servicekit.events.topology import declare
from servicekit.testing.infrastructure import fresh_vhost
from services.customers.tests.history.told import SilentGateway, a_recorder
from services.customers.tests.world import World
from services.customers.topology import TOPOLOGY

DOCUMENT = Path(__file__).parents[4] / "docs" / "connectors.md"


def test_what_is_pasted_from_the_document_becomes_a_customer(world: World):
    [program] = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    with fresh_vhost() as url:
        declare(url, [TOPOLOGY])
        environment = {"CRM_CONNECTOR_AMQP_URL": url}
        subprocess.run([sys.executable, "-c", program], env=environment, check=True, timeout=60)
        with kombu.Connection(url) as bus:
            channel = bus.default_channel
            channel.auto_decode = False
            message = channel.basic_get(TOPOLOGY.queue_name, no_ack=True)
    take(world, message)
    [customer] = world.service.list_customers(world.admin)["data"]
    assert (customer["name"], customer["whatsapp"]) == ("Ana Souza", "+5511987654321")


def take(world: World, message) -> None:
    """As the service's consumer does."""
    routes = routes_of([a_recorder(world.db, SilentGateway())])
    worker = BatchWorker(world.db, routes, pause=lambda seconds: False)
    worker.work_off([read_delivery(message, dead=False, link=None)], lambda done: None)
