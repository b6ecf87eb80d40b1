"""The published language: what contracts/ shows is what the service takes and answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from servicekit.events import Event
from servicekit.testing.examples import Examples, offered
from servicekit.testing.holding import unnamed_places
from services.reports.catalogue import CATALOGUE
from services.reports.configuring.domain.known import known_of_facts
from services.reports.running.domain.merging import Merging
from services.reports.service import ReportsService
from services.reports.tests.company import Company
from services.reports.tests.contracts.played import EXAMPLES, play
from services.reports.topology import TOPOLOGY

CONTRACTS = EXAMPLES.folder.parent
OF_CUSTOMERS = Examples(CONTRACTS / "customers")
HEARD = ("custom_field.option_renamed.v1", "tag.renamed.v1")


def test_the_service_answers_what_the_examples_show(company: Company):
    calls = play(company)
    assert calls.keys() == EXAMPLES.files("rpc").keys()
    for name, call in calls.items():
        assert call == EXAMPLES.read("rpc", f"{name}.json"), name
    people = [each.id for each in company.customers.people]
    with company.db.reading() as connection:
        assert unnamed_places(connection, CATALOGUE, people) == set()


def test_every_method_of_the_service_has_an_example():
    assert EXAMPLES.methods() == offered(ReportsService)


@pytest.mark.parametrize("name", HEARD)
def test_it_understands_what_customers_tells(company: Company, name: str):
    path = CONTRACTS / "customers" / "events" / "out" / f"{name}.json"
    message = json.loads(path.read_text(encoding="utf-8"))
    company.hear(Event(message["type"], message["data"], revision=message["revision"]))
    assert len(company.rows("SELECT 1 FROM former_label")) == 1


def test_it_understands_what_customers_answers(company: Company):
    known = known_of_facts(OF_CUSTOMERS.read("rpc", "report_facts.json")["result"])
    answer = OF_CUSTOMERS.read("rpc", "aggregate.json")["result"]
    merging = Merging(most=1_000)
    merging.add(answer["frame"])
    assert merging.customers == sum(answer["frame"]["weights"])
    assert {column["field"] for column in answer["frame"]["columns"]} <= known.keys()


@pytest.mark.parametrize(
    ("method", "asked"), [("report_facts", []), ("aggregate", [{}, [{"field": "custom.plan"}]])]
)
def test_the_customers_of_our_tests_answer_in_the_form_of_the_real_ones(
    company: Company, method: str, asked: list[Any]
):
    company.customers.add(plan=company.customers.option("Gold"))
    ours = company.customers.call(method, company.admin, *asked, deadline=1.0)
    real = OF_CUSTOMERS.read("rpc", f"{method}.json")["result"]
    assert ours.keys() == real.keys()
    for part in ("frame",):
        if part in real:
            assert ours[part].keys() == real[part].keys()
            assert ours[part]["columns"][0].keys() == real[part]["columns"][0].keys()


def test_the_asyncapi_document_says_what_it_listens_to():
    document = yaml.safe_load((CONTRACTS / "asyncapi.yaml").read_text(encoding="utf-8"))
    heard = {each["$ref"].rpartition("/")[2] for each in document["operations"]["followRenames"]["messages"]}
    assert TOPOLOGY.queue is not None
    assert heard == {routing_key for _, routing_key in TOPOLOGY.queue.bindings}
