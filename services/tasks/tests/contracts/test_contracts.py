"""The published language: what contracts/ shows is what the service takes, says and answers."""

from __future__ import annotations

import json

import jsonschema
import yaml

from servicekit.events import Event
from servicekit.testing.examples import offered
from servicekit.testing.holding import unnamed_places
from services.tasks.catalogue import CATALOGUE
from services.tasks.service import TasksService
from services.tasks.tests.contracts.played import EXAMPLES, play
from services.tasks.tests.world import World
from services.tasks.work.subscribers import FollowCustomers

CONTRACTS = EXAMPLES.folder.parent


def test_the_service_says_and_answers_what_the_examples_show(world: World):
    events, calls = play(world)
    assert events.keys() == EXAMPLES.files("events", "out").keys()
    assert calls.keys() == EXAMPLES.files("rpc").keys()
    for name, event in events.items():
        assert event == EXAMPLES.read("events", "out", f"{name}.json"), name
    for name, call in calls.items():
        assert call == EXAMPLES.read("rpc", f"{name}.json"), name
    with world.db.reading() as connection:
        assert unnamed_places(connection, CATALOGUE, world.company.customers) == set()


def test_every_method_of_the_service_has_an_example():
    assert EXAMPLES.methods() == offered(TasksService)


def test_it_understands_what_customers_tells(world: World):
    path = CONTRACTS / "customers" / "events" / "out" / "customers.changed.v1.json"
    message = json.loads(path.read_text(encoding="utf-8"))
    event = Event(message["type"], message["data"], id=message["id"], source=message["source"])
    with world.db.unit_of_work() as uow:
        FollowCustomers(None).apply(uow, [event], None)


def test_the_asyncapi_document_describes_every_event():
    document = yaml.safe_load((CONTRACTS / "asyncapi.yaml").read_text(encoding="utf-8"))
    for name in EXAMPLES.files("events", "out"):
        assert name in document["channels"]["crm.events"]["messages"]
        described = document["components"]["messages"][name]["payload"]
        jsonschema.validate(EXAMPLES.read("events", "out", f"{name}.json")["data"], described)
