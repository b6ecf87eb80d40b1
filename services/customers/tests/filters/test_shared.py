"""Filters that a team shares: whoever uses one does so with their own rights."""

from __future__ import annotations

from typing import Any

from services.customers.tests.filters.test_reading import faults_of
from services.customers.tests.filters.test_saved import a_filter, apply, keep
from services.customers.tests.world import World

Json = dict[str, Any]


def test_a_team_that_a_caller_may_not_name_is_nobodys_in_a_shared_filter(world: World) -> None:
    agent, support = world.agent("ana", "sales"), world.team("support")
    made = keep(world, filter=a_filter("teams", "any_of", [support]), shared_with_team=world.team("sales"))
    [problem] = world.service.get_saved_filter(agent, made["id"])["problems"]
    assert (problem["pointer"], problem["code"]) == ("/filter/value/0", "unknown_team")
    assert apply(world, agent, made["id"]).filter.value == ()


def test_a_shared_filter_about_hidden_data_is_refused_to_whom_it_is_hidden_from(world: World) -> None:
    world.set(hide_contact_data=True)
    agent = world.agent("ana", "sales")
    made = keep(
        world,
        filter={"not": a_filter("phone", "contains", "99")},
        columns=["email"],
        shared_with_team=world.team("sales"),
    )
    assert made["problems"] == []
    shown = world.service.get_saved_filter(agent, made["id"])["problems"]
    assert {(each["pointer"], each["code"]) for each in shown} == {
        ("/filter/not/field", "field_hidden"),
        ("/columns/0", "field_hidden"),
    }
    assert faults_of(lambda: apply(world, agent, made["id"])) == [
        ("/saved_filter/filter/not/field", "field_hidden")
    ]
    assert faults_of(lambda: keep(world, agent, filter=a_filter("email", "is_set"))) == [
        ("/filter/field", "field_hidden")
    ]


def test_an_address_in_a_shared_filter_is_hidden_from_whom_addresses_are_hidden_from(world: World) -> None:
    agent = world.agent("ana", "sales")
    by_phone = a_filter("phone", "eq", "+5511987654321")
    by_mail = a_filter("email", "in", ["ana@example.com"])
    named = {"and": [{"not": by_phone}, {"or": [by_mail, a_filter("name", "eq", "Ana")]}]}
    there = world.team("sales")
    shared = keep(world, filter=named, q="(11) 98765-4321", shared_with_team=there)["id"]
    own = world.service.create_saved_filter(agent, {"name": "Own", "q": "5511987654321"})["id"]
    assert world.service.get_saved_filter(agent, shared)["filter"] == named
    world.set(hide_contact_data=True)
    shown = world.service.get_saved_filter(agent, shared)
    assert (shown["q"], shown["filter"]["and"][0]) == (None, {"not": {"field": "phone", "op": "eq"}})
    assert shown["filter"]["and"][1]["or"][1] == a_filter("name", "eq", "Ana")
    listed = str(world.service.list_saved_filters(agent))
    assert "98765" not in str(shown)
    assert ("98765-4321" in listed, "ana@example.com" in listed) == (False, False)
    assert world.service.get_saved_filter(agent, own)["q"] == "5511987654321"
    assert world.service.get_saved_filter(world.admin, shared)["filter"] == named
