"""The published language: what contracts/ shows is what the service takes, says and answers."""

from __future__ import annotations

import json

import pytest
import yaml

from servicekit.events import Event
from servicekit.testing.examples import offered
from servicekit.testing.holding import unnamed_places
from services.dedup.catalogue import CATALOGUE
from services.dedup.service import DedupService
from services.dedup.tests.contracts.played import EXAMPLES, play
from services.dedup.tests.following.telling import tell
from services.dedup.tests.world import World
from services.dedup.topology import TOPOLOGY

CONTRACTS = EXAMPLES.folder.parent
HEARD = ("customers.changed.v1", "customer.merged.v1", "customer.unmerged.v1", "duplicate.detected.v1")


def test_the_service_answers_what_the_examples_show(world: World):
    calls = play(world)
    assert calls.keys() == EXAMPLES.files("rpc").keys()
    for name, call in calls.items():
        assert call == EXAMPLES.read("rpc", f"{name}.json"), name
    with world.db.reading() as connection:
        assert unnamed_places(connection, CATALOGUE, world.company.customers) == set()


def test_every_method_of_the_service_has_an_example():
    assert EXAMPLES.methods() == offered(DedupService)


@pytest.mark.parametrize("name", HEARD)
def test_it_understands_what_customers_tells(world: World, name: str):
    path = CONTRACTS / "customers" / "events" / "out" / f"{name}.json"
    message = json.loads(path.read_text(encoding="utf-8"))
    tell(world, Event(message["type"], message["data"], id=message["id"], source=message["source"]))


def test_the_asyncapi_document_says_what_it_listens_to():
    document = yaml.safe_load((CONTRACTS / "asyncapi.yaml").read_text(encoding="utf-8"))
    operations = document["operations"]
    heard = {
        each["$ref"].rpartition("/")[2]
        for operation in ("findDuplicates", "cacheDirectory")
        for each in operations[operation]["messages"]
    }
    assert TOPOLOGY.queue is not None
    assert heard == {routing_key for _, routing_key in TOPOLOGY.queue.bindings}
