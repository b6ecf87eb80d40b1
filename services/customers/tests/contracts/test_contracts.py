"""The published language: what contracts/ shows is what the service takes, says and answers."""

from __future__ import annotations

import jsonschema
import pytest
import yaml

from servicekit.testing.examples import offered
from servicekit.testing.holding import unnamed_places
from services.customers.catalogue import CATALOGUE
from services.customers.contracts import FOLDER, SCHEMAS, schema_files
from services.customers.service import CustomersService
from services.customers.tests.contracts.played import EXAMPLES, example, examples, play


def test_the_schemas_are_those_that_the_service_checks():
    for path, content in schema_files().items():
        assert path.read_text(encoding="utf-8") == content, "run python -m services.customers.contracts"


@pytest.mark.parametrize("event_type", SCHEMAS)
def test_each_incoming_example_fits_its_schema(event_type):
    event = example("events", "in", f"{event_type}.json")
    jsonschema.validate(event["data"], SCHEMAS[event_type])
    assert event["type"] == event_type


def test_the_service_says_and_answers_what_the_examples_show(world):
    events, calls = play(world)
    assert events.keys() == examples("events", "out").keys()
    assert calls.keys() == examples("rpc").keys()
    for name, event in events.items():
        assert event == example("events", "out", f"{name}.json"), name
    for name, call in calls.items():
        assert call == example("rpc", f"{name}.json"), name
    with world.db.reading() as connection:
        ids = [str(row.id) for row in world.rows("SELECT id FROM customer")]
        assert unnamed_places(connection, CATALOGUE, ids) == set()


def test_every_method_of_the_service_has_an_example():
    assert EXAMPLES.methods() == offered(CustomersService)


def test_the_asyncapi_document_names_every_event_and_only_files_that_exist():
    document = yaml.safe_load((FOLDER.parent / "asyncapi.yaml").read_text(encoding="utf-8"))
    messages = document["components"]["messages"]
    ours = {*examples("events", "in"), *examples("events", "out")}
    assert ours <= messages.keys()
    for message in messages.values():
        if "$ref" in message.get("payload", {}).get("schema", {}):
            assert (FOLDER.parent / message["payload"]["schema"]["$ref"]).is_file()
    for name in examples("events", "out"):
        jsonschema.validate(example("events", "out", f"{name}.json")["data"], messages[name]["payload"])
