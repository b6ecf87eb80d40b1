"""What is told of runs: lists stay small, and what is hidden by now is not told."""

from __future__ import annotations

from typing import Any

import pytest

from servicekit import jsonio
from servicekit.errors import Invalid
from servicekit.ids import new_id
from services.reports.running import run_entrypoints
from services.reports.tests.company import BY_PLAN, Company, codes

Json = dict[str, Any]
BY_EMAIL: Json = {"groupings": [{"field": "email", "join": {"Maria": ["maria@example.com"]}}]}


def listed(company: Company, scope: Json) -> Json:
    [found] = company.service.list_runs(scope)["data"]
    return dict(found)


def test_a_list_says_nothing_that_is_long(company: Company):
    source = {"ids": [str(new_id()) for _ in range(10_000)]}
    spellings = {"Much": [f"spelling {n}" for n in range(500)]}
    run = company.made(
        configuration={"groupings": [{"field": "custom.reason", "join": spellings}]}, source=source
    )
    assert company.service.get_run(company.admin, run["id"])["run"]["source"] == source
    found = listed(company, company.admin)
    assert found["source"] is None
    assert len(jsonio.dumps(found)) < 2_000


def test_a_list_of_the_longest_fits_into_a_message(company: Company):
    source = {"q": "x" * (run_entrypoints.MAX_LISTED_BYTES - 8)}
    company.made(configuration=BY_PLAN, source=source)
    found = listed(company, company.admin)
    assert found["source"] == source
    assert len(jsonio.dumps(found)) * run_entrypoints.MAX_LIMIT < 1_000_000


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        ({"source": {"ids": ["x" * 36] * 20_000}}, "/source"),
        ({"source": {"q": "x" * 60_000}}, "/source"),
        (
            {
                "configuration": {
                    "groupings": [
                        {"field": "custom.reason", "join": {str(n): ["x" * 150 + str(n)] for n in range(450)}}
                    ]
                }
            },
            "/configuration",
        ),
    ],
)
def test_what_is_too_long_to_be_kept_makes_no_run(company: Company, data: Json, pointer: str):
    with pytest.raises(Invalid) as wrong:
        company.service.create_run(company.admin, {"configuration": BY_PLAN, **data})
    assert codes(wrong.value.payload["errors"]) == [(pointer, "too_long")]
    assert company.service.list_runs(company.admin)["data"] == []


def test_what_somebody_asked_for_is_not_told_to_them_once_contact_data_is_hidden(company: Company):
    ana = company.agent("ana", "sales")
    source = {"filter": {"field": "email", "op": "eq", "value": "maria@example.com"}}
    run = company.made(scope=ana, configuration=BY_EMAIL, source=source)
    assert listed(company, ana)["source"] == source
    assert run["source"] == source
    company.customers.masked = True
    again = company.service.cancel_run(ana, run["id"])["run"]
    for told in (company.service.get_run(ana, run["id"])["run"], again):
        assert (told["source"], told["configuration"], told["result"]) == (None, None, None)
    assert listed(company, ana)["source"] is None
    seen = company.service.get_run(company.admin, run["id"])["run"]
    assert seen["source"] == source
    assert seen["configuration"]["groupings"][0]["join"] == {"Maria": ["maria@example.com"]}


def test_what_somebody_asked_for_from_whom_it_was_hidden_is_told(company: Company):
    company.customers.masked = True
    ana = company.agent("ana", "sales")
    run = company.made(scope=ana, configuration=BY_PLAN)
    assert run["configuration"]["groupings"][0]["field"] == "custom.plan"
    assert (run["source"], listed(company, ana)["source"]) == ({}, {})


def test_the_same_request_is_answered_whatever_became_of_what_it_names(company: Company):
    kept, key = company.keep("Plans"), {"key": "k", "hash": "h"}
    first = company.service.create_run(company.admin, {"configuration_id": kept["id"]}, None, key)
    company.service.delete_configuration(company.admin, kept["id"])
    again = company.service.create_run(company.admin, {"configuration_id": kept["id"]}, None, key)
    assert (again["replayed"], again["run"]["id"]) == (True, first["run"]["id"])
    with pytest.raises(Invalid, match="idempotency_key_reused"):
        company.service.create_run(company.admin, {}, None, {**key, "hash": "other"})
