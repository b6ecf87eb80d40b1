"""What became of labels and uploads while somebody had a form open, or since a template was kept."""

from __future__ import annotations

import json

import pytest

from servicekit.errors import Invalid
from services.reports.tests.company import Company, codes


def test_a_form_that_was_open_during_a_rename_is_kept_by_ids_all_the_same(company: Company):
    company.customers.tag("VIP")
    configuration = {
        "groupings": [
            {"field": "tags", "join": {"Best": ["VIP", "new"]}},
            {"field": "custom.plan", "rename": {"Gold": "First"}},
        ],
        "subdivisions": [
            {"field": "custom.plan", "rules": [{"op": "equals", "value": "gold", "as": "First"}]}
        ],
    }
    leaf = {"field": "tags", "op": "any_of", "value": ["vip"]}
    form = {"configuration": configuration, "source": {"filter": leaf}}
    made = company.keep("t", **form)
    company.hear(company.rename_tag("VIP", "Top"), company.rename_option("Gold", "Golden"))
    company.service.update_configuration(company.admin, made["id"], form)
    company.hear(
        company.rename_tag("Top", "Best of all", revision=3),
        company.rename_option("Golden", "Platinum", revision=3),
    )
    told = company.get(made)
    tags, plan = told["configuration"]["groupings"]
    assert tags["join"] == {"Best": ["Best of all", "new"]}
    assert plan["rename"] == {"Platinum": "First"}
    assert told["configuration"]["subdivisions"][0]["rules"][0]["value"] == "Platinum"
    assert told["source"]["filter"]["value"] == ["Best of all"]


def test_two_spellings_never_become_one(company: Company):
    company.hear(company.rename_option("Gold", "Golden"))
    joins = {"a": ["Gold"], "b": ["Golden"]}
    made = company.keep("t", {"groupings": [{"field": "custom.plan", "join": joins}]})
    assert company.get(made)["configuration"]["groupings"][0]["join"] == joins


def test_another_column_of_its_upload_may_be_named(company: Company):
    upload = company.upload(json.dumps([{"a": "x", "b": "ana@example.com"}]))
    made = company.keep("t", {"groupings": [{"field": "a"}]}, source={"upload": upload}, shared="all")
    patch = {"configuration": {"groupings": [{"field": "b"}]}}
    told = company.service.update_configuration(company.admin, made["id"], patch)["configuration"]
    assert told["configuration"]["groupings"][0]["field"] == "b"
    company.customers.masked = True
    assert company.names(company.agent("ana", "sales")) == []


def test_a_column_counts_as_the_upload_that_a_template_is_about_by_now_says(company: Company):
    harmless, contact = (
        company.upload(json.dumps([{"x": text} for text in texts]))
        for texts in (["red", "blue"], ["a@example.com", "b@example.com"])
    )
    configuration = {"groupings": [{"field": "x"}]}
    made = company.keep("t", configuration, source={"upload": harmless}, shared="all")
    company.service.update_configuration(company.admin, made["id"], {"source": {"upload": contact}})
    company.customers.masked = True
    assert company.names(company.agent("ana", "sales")) == []


def test_the_owner_is_told_that_the_upload_is_gone(company: Company):
    ana = company.agent("ana", "sales")
    upload = company.upload(json.dumps([{"a": "x", "b": "y"}]), scope=ana)
    shared = {"team": company.team("sales")}
    configuration = {"groupings": [{"field": "a"}]}
    made = company.keep("t", configuration, source={"upload": upload}, scope=ana, shared=shared)
    assert made["warnings"] == []
    company.service.delete_upload(ana, upload)
    gone = [("/source/upload", "upload_gone")]
    assert codes(company.get(made, scope=ana)["warnings"]) == gone
    [listed] = company.service.list_configurations(ana)["data"]
    assert codes(listed["warnings"]) == gone
    assert company.get(made, scope=company.agent("bia", "sales"))["warnings"] == []
    kept = company.service.update_configuration(ana, made["id"], {"configuration": configuration})
    assert codes(kept["configuration"]["warnings"]) == gone
    other = {"groupings": [{"field": "b"}]}
    with pytest.raises(Invalid):
        company.service.update_configuration(ana, made["id"], {"configuration": other})
