"""Whoever renames an option or a tag is told which templates name it."""

from __future__ import annotations

from services.reports.tests.company import BY_PLAN, Company

JOINED = {"groupings": [{"field": "custom.plan", "join": {"Best": ["Gold"]}}]}
SPELLED = {"groupings": [{"field": "custom.reason", "join": {"Metal": ["gold", "tin"]}}]}
TAGGED = {"groupings": [{"field": "tags", "split": ["VIP"]}]}


def test_templates_that_hold_an_option_follow_and_texts_do_not(company: Company):
    for name, configuration in (("a", JOINED), ("b", SPELLED), ("c", TAGGED), ("d", BY_PLAN)):
        company.keep(name, configuration)
    asked = {"options": [company.customers.option("Gold")], "labels": ["Gold"]}
    told = company.service.templates_naming(company.admin, asked)
    assert [(each["kind"], each["name"], each["follows"]) for each in told] == [
        ("report_template", "a", True),
        ("report_template", "b", False),
    ]


def test_templates_that_hold_a_tag_follow_it(company: Company):
    company.customers.tag("VIP")
    company.keep("c", TAGGED)
    told = company.service.templates_naming(company.admin, {"tags": [], "labels": ["vip"]})
    assert [(each["name"], each["follows"]) for each in told] == [("c", True)]


def test_filters_follow_too(company: Company):
    for name, field, op, value in (
        ("option", "custom.plan", "in", ["Gold", "Silver"]),
        ("tag", "tags", "any_of", ["VIP"]),
        ("text", "custom.reason", "eq", "gold"),
    ):
        company.customers.tag("VIP")
        company.keep(name, source={"filter": {"not": {"and": [{"field": field, "op": op, "value": value}]}}})
    gold, vip = company.customers.option("Gold"), company.customers.tag("VIP")
    asked = {"options": [gold], "tags": [vip], "labels": ["Gold", "VIP"]}
    told = company.service.templates_naming(company.admin, asked)
    found = {each["name"]: each["follows"] for each in told}
    assert found == {"option": True, "tag": True, "text": False}


def test_templates_that_have_followed_already_are_told_too(company: Company):
    tag = company.customers.tag("VIP")
    company.keep("tag", TAGGED)
    company.keep("text", {"groupings": [{"field": "custom.reason", "split": ["Top"]}]})
    company.hear(company.rename_tag("VIP", "Top"))
    told = company.service.templates_naming(company.admin, {"tags": [tag], "labels": ["VIP"]})
    assert [(each["name"], each["follows"]) for each in told] == [("tag", True)]


def test_only_templates_that_the_caller_sees_are_named(company: Company):
    company.keep("a", JOINED)
    company.keep("shared", JOINED, shared="all")
    asked = {"options": [company.customers.option("Gold")]}
    told = company.service.templates_naming(company.agent("ana", "sales"), asked)
    assert [each["name"] for each in told] == ["shared"]


def test_nothing_names_nothing(company: Company):
    company.keep("a", JOINED)
    assert company.service.templates_naming(company.admin, {}) == []


def test_signs_of_patterns_are_signs(company: Company):
    company.keep("percent", {"groupings": [{"field": "custom.reason", "split": ['100%_"\\']}]})
    company.keep("other", {"groupings": [{"field": "custom.reason", "split": ["100 or so"]}]})
    told = company.service.templates_naming(company.admin, {"labels": ['100%_"\\']})
    assert [each["name"] for each in told] == ["percent"]
