"""The published language: what contracts/ shows is what the service says and answers."""

from __future__ import annotations

import jsonschema
import yaml

from servicekit.testing.examples import offered
from servicekit.testing.holding import unnamed_places
from services.import_export.catalogue import CATALOGUE
from services.import_export.service import ImportExportService
from services.import_export.tests.contracts.played import EXAMPLES, play
from services.import_export.tests.runs.world import World


def test_the_service_says_and_answers_what_the_examples_show(world: World):
    customers = world.people.people
    events, calls = play(world)
    assert events.keys() == EXAMPLES.files("events", "out").keys()
    assert calls.keys() == EXAMPLES.files("rpc").keys()
    for name, event in events.items():
        assert event == EXAMPLES.read("events", "out", f"{name}.json"), name
    for name, call in calls.items():
        assert call == EXAMPLES.read("rpc", f"{name}.json"), name
    with world.db.reading() as connection:
        assert unnamed_places(connection, CATALOGUE, customers) == set()


def test_every_method_of_the_service_has_an_example():
    assert EXAMPLES.methods() == offered(ImportExportService)


def test_the_asyncapi_document_describes_every_event():
    document = yaml.safe_load((EXAMPLES.folder.parent / "asyncapi.yaml").read_text(encoding="utf-8"))
    for name in EXAMPLES.files("events", "out"):
        assert name in document["channels"]["crm.events"]["messages"]
        described = document["components"]["messages"][name]["payload"]
        jsonschema.validate(EXAMPLES.read("events", "out", f"{name}.json")["data"], described)
