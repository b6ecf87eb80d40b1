"""The queue of one connector: what people here ask of the accounts that it speaks for, and nobody else's.

    AMQP_URL=amqp://operator:…@…/crm python -m deploy.rabbitmq.connector whatsapp /channels/whatsapp/acme-main

As the operator, like the topology step. Again for the same accounts it changes nothing; other accounts are
added. The connector itself may only read (rights.py); how long requests wait is a policy (definitions.py).
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence

from deploy.rabbitmq.rights import CONNECTOR_PREFIX, REQUEST_EXCHANGE, request_queue
from servicekit.events.topology import ExtraQueue, Topology, TopologyDrift, declare
from services.customers.outreach.domain.account import find_account


def topology_of(connector: str, sources: Sequence[str]) -> Topology:
    """For a user of the broker. Raises ValueError for a source that nothing can be asked of."""
    keys = tuple((REQUEST_EXCHANGE, _routing_key(source)) for source in sources)
    return Topology(service=connector, extra=(ExtraQueue(request_queue(connector), keys),))


def _routing_key(source: str) -> str:
    account = find_account(source)
    if account is None:
        raise ValueError(f"{source!r} is no source: /channels/<channel>/<account> is expected")
    return account.routing_key


def main(arguments: Sequence[str]) -> int:
    """Returns the exit status."""
    name, *sources = arguments or [""]
    url = os.environ.get("AMQP_URL")
    if not (url and sources and re.fullmatch(r"[a-z][a-z0-9-]{0,40}", name)):
        print("usage: AMQP_URL=… python -m deploy.rabbitmq.connector NAME SOURCE…", file=sys.stderr)
        return 2
    try:
        topology = topology_of(CONNECTOR_PREFIX + name, sources)
        declare(url, [topology])
    except (ValueError, TopologyDrift) as error:
        print(error, file=sys.stderr)
        return 1
    print(topology.queues()[0].name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
