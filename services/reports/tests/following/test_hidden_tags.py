"""For agents a tag that no customer of theirs has does not exist: nor does its new name."""

from __future__ import annotations

import json
from typing import Any

from services.reports.tests.company import Company, table

Json = dict[str, Any]
BY_TAG: Json = {"groupings": [{"field": "tags"}]}
OLD, NEW = "secret", "Lawsuit of ACME"


def around(company: Company) -> Json:
    """An agent from whom the one customer with the tag is hidden."""
    company.customers.add(company.team("care"), tags=[OLD])
    company.customers.add(company.team("sales"), tags=["mine"])
    return dict(company.agent("ana", "sales"))


def test_a_file_is_not_told_the_new_name(company: Company):
    ana = around(company)
    source = {"upload": company.upload(json.dumps([{"tags": [OLD]}, {"tags": ["mine"]}]), scope=ana)}
    rules = [
        {"op": "starts_with", "value": "Law", "as": "found"},
        {"op": "equals", "value": NEW, "as": "found"},
    ]
    guesses = [
        BY_TAG,
        {**BY_TAG, "subdivisions": [{"field": "tags", "rules": rules, "default": None}]},
        {"groupings": [{"field": "tags", "join": {"x": [NEW]}}]},
    ]

    def told() -> list[Json]:
        return [company.preview(each, source=source, scope=ana) for each in guesses]

    before = told()
    company.hear(company.rename_tag(OLD, NEW))
    assert told() == before
    company.hear(company.rename_tag("mine", "ours"))
    assert [table(each) for each in told()] == [{(OLD,): 1, ("ours",): 1}] * 3
    assert (NEW,) in table(company.preview(BY_TAG, source=source))


def test_templates_are_not_told_the_new_name(company: Company):
    ana = around(company)
    configuration = {
        "groupings": [
            {"field": "tags", "join": {"x": [OLD, "mine"]}, "rename": {OLD: "y"}, "sort": {"by": OLD}}
        ],
        "subdivisions": [{"field": "tags", "rules": [{"op": "in", "value": [OLD], "as": "z"}]}],
    }
    leaf = {"field": "tags", "op": "any_of", "value": [OLD, "mine"]}
    made = company.keep("t", configuration, source={"filter": leaf}, scope=ana)
    company.hear(company.rename_tag(OLD, NEW), company.rename_tag("mine", "ours"))
    told = company.get(made, scope=ana)
    assert told["configuration"]["groupings"][0]["join"] == {"x": [OLD, "ours"]}
    assert told["source"]["filter"]["value"] == [OLD, "ours"]
    again = company.service.update_configuration(ana, made["id"], {"configuration": configuration})
    listed = company.service.list_configurations(ana)
    result = company.service.configuration_result(ana, made["id"], {})
    assert NEW not in json.dumps([told, again, listed, result])
    assert company.customers.tag(NEW) not in json.dumps([told, again, listed, result])


def test_who_sees_a_tag_no_more_is_shown_what_it_was_called_when_it_was_kept(company: Company):
    ana = around(company)
    person = company.customers.add(company.team("sales"), tags=[OLD])
    made = company.keep("t", {"groupings": [{"field": "tags", "split": [OLD]}]}, scope=ana, shared=None)
    person.values["tags"] = []
    company.hear(company.rename_tag(OLD, NEW))
    told = company.get(made, scope=ana)
    assert told["configuration"]["groupings"][0]["split"] == [OLD]
    assert [each["code"] for each in told["warnings"]] == ["option_removed"]
    person.values["tags"] = [NEW]
    assert company.get(made, scope=ana)["configuration"]["groupings"][0]["split"] == [NEW]


def test_an_administrator_who_changes_an_agents_template_tells_them_no_name(company: Company):
    ana = around(company)
    person = company.customers.add(company.team("sales"), tags=["Seen once"])
    team = {"team": company.team("sales")}
    configuration = {"groupings": [{"field": "tags", "split": [OLD, "Seen once"]}]}
    made = company.keep("t", configuration, scope=ana, shared=team)
    person.values["tags"] = []
    company.customers.add(company.team("care"), tags=["Seen once"])
    company.hear(company.rename_tag(OLD, NEW), company.rename_tag("Seen once", "Unseen"))
    for expected in ([OLD, "Unseen"], [NEW, "Unseen"]):
        form = company.get(made)["configuration"]
        assert form["groupings"][0]["split"] == expected
        company.service.update_configuration(company.admin, made["id"], {"configuration": form})
        assert company.get(made, scope=ana)["configuration"]["groupings"][0]["split"] == [OLD, "Seen once"]


def test_a_hidden_tag_hides_no_former_name(company: Company):
    """It is as if it had never been."""
    ana = around(company)
    source = {"upload": company.upload(json.dumps([{"tags": ["mine"]}]), scope=ana)}
    company.hear(company.rename_tag("mine", "ours"), company.rename_tag(OLD, "mine", revision=3))
    assert table(company.preview(BY_TAG, source=source, scope=ana)) == {("ours",): 1}
    assert table(company.preview(BY_TAG, source=source)) == {("mine",): 1}
    company.hear(company.rename_tag("mine", NEW, revision=4))
    assert table(company.preview(BY_TAG, source=source, scope=ana)) == {("ours",): 1}


def test_many_renamed_tags_are_all_followed_with_one_question(company: Company):
    names = [f"old {n}" for n in range(300)]
    source = {"upload": company.upload(json.dumps([{"tags": [name]} for name in names]))}
    company.hear(*(company.rename_tag(name, name.replace("old", "new")) for name in names))
    company.customers.calls.clear()
    found = table(company.preview(BY_TAG, source=source))
    assert found == {(name.replace("old", "new"),): 1 for name in names}
    assert [method for method, _ in company.customers.calls].count("tags_named") == 1
