"""Agents merge and undo among customers that they see; of all others they learn nothing."""

from __future__ import annotations

import pytest

from servicekit.errors import Forbidden, Invalid, NotFound
from servicekit.ids import new_id
from servicekit.scope import CONNECTOR, Scope
from services.customers.tests.merging.doing import in_two_teams, merge, undo
from services.customers.tests.world import World


def test_an_agent_merges_who_is_in_their_teams(world: World):
    ana, bia = in_two_teams(world)
    both = world.agent("eva", "Sales", "Support")
    merged = merge(world, ana, bia, scope=both)
    assert merged["merge"]["merged_by"] == world.user("eva")
    assert undo(world, merged, both)["restored"][0]["id"] == bia["id"]


@pytest.mark.parametrize("hidden_first", [True, False])
def test_a_hidden_customer_is_refused_like_one_that_never_was(world: World, hidden_first):
    ana, bia = in_two_teams(world)
    sales = world.agent("sam", "Sales")

    def refusal(other: dict) -> tuple:
        people = (other, ana) if hidden_first else (ana, other)
        answers = []
        for ask in (world.service.apply_merge, world.service.preview_merge):
            with pytest.raises(NotFound) as refused:
                ask(sales, {"primary": people[0]["id"], "duplicates": [people[1]["id"]]})
            answers.append(refused.value.args)
        return tuple(answers)

    assert refusal(bia) == refusal({"id": str(new_id())})


def test_who_sees_the_survivor_only_by_its_own_team_learns_nothing_of_the_merge(world: World):
    ana, bia = in_two_teams(world)
    merged = merge(world, ana, bia)
    sales, merge_id = world.agent("sam", "Sales"), merged["merge"]["id"]
    assert world.get(ana["id"], sales)["teams"] == [world.team("Sales")]
    for ask in (world.service.get_merge, world.service.undo_merge):
        with pytest.raises(NotFound) as refused:
            ask(sales, merge_id)
        with pytest.raises(NotFound) as never:
            ask(sales, str(new_id()))
        assert refused.value.args == never.value.args
    assert world.service.list_merges(sales, customer_id=ana["id"])["data"] == []
    assert world.service.list_merges(sales)["data"] == []


def test_who_loses_sight_of_the_survivor_by_undoing_is_told_of_whom_they_see(world: World):
    ana, bia = in_two_teams(world)
    merged = merge(world, ana, bia)
    undone = undo(world, merged, world.agent("sue", "Support"), idempotency={"key": "k", "hash": "h"})
    assert undone["survivor"] is None
    assert [each["id"] for each in undone["restored"]] == [bia["id"]]
    again = undo(world, merged, world.agent("sue", "Support"), idempotency={"key": "k", "hash": "h"})
    assert again == {**undone, "replayed": True}


def test_merges_are_listed_latest_first_page_by_page(world: World):
    people = [world.create(name=f"Person {n}") for n in range(4)]
    done = [merge(world, people[0], each)["merge"]["id"] for each in people[1:]]
    first = world.service.list_merges(world.admin, customer_id=people[2]["id"], limit=2)
    rest = world.service.list_merges(world.admin, customer_id=people[2]["id"], limit=2, cursor=first["next"])
    assert [each["id"] for each in first["data"] + rest["data"]] == done[::-1]
    assert rest["next"] is None


def test_masked_agents_choose_no_contact_data_and_see_none(world: World):
    ana = world.create(name="Ana", email="ana@x.test", teams=[world.team("Sales")])
    bia = world.create(name="Bia", email="bia@x.test", phone="+5511987654321", teams=[world.team("Sales")])
    world.set(hide_contact_data=True)
    sales = world.agent("sam", "Sales")
    data = {"primary": ana["id"], "duplicates": [bia["id"]]}
    with pytest.raises(Invalid) as refused:
        world.service.apply_merge(sales, {**data, "values": {"email": "bia@x.test"}})
    assert refused.value.payload["errors"][0]["code"] == "field_hidden"
    preview = world.service.preview_merge(sales, data)
    assert {field["field"] for field in preview["fields"]} == {"name", "status", "channel"}
    assert "x.test" not in str(preview)
    merged = merge(world, ana, bia, scope=sales)
    assert (world.get(ana["id"])["email"], world.get(ana["id"])["phone"]) == ("ana@x.test", "+5511987654321")
    world.update(ana["id"], phone=None)
    world.create(name="Caio", phone="+5511987654321")
    [lost] = undo(world, merged, sales)["not_returned"]
    assert lost == {"customer": bia["id"], "kind": "phone", "reason": "held_by_other"}


def test_connectors_merge_nobody(world: World):
    ana, bia = in_two_teams(world)
    with pytest.raises(Forbidden):
        merge(world, ana, bia, scope=Scope(str(new_id()), CONNECTOR).dump())


def test_a_repetition_is_answered_under_the_rights_of_today(world: World):
    ana, bia = in_two_teams(world)
    caio = world.create(name="Caio", teams=[world.team("Service")])
    merged = merge(world, ana, bia, caio)
    world.update(ana["id"], phone=None)
    world.create(name="Dora", phone="+5511987654321")
    eva, key = world.agent("eva", "Sales", "Support", "Service"), {"key": "k", "hash": "h"}
    undone = undo(world, merged, eva, idempotency=key)
    assert len(undone["not_returned"]) == 1
    only_caio = {**eva, "team_ids": [world.team("Service")]}
    again = undo(world, merged, only_caio, idempotency=key)
    assert ([each["id"] for each in again["restored"]], again["survivor"]) == ([caio["id"]], None)
    assert (again["merge"]["primary"], again["merge"]["duplicates"]) == (None, [caio["id"]])
    assert (again["kept"], again["not_returned"]) == ([], [])
    assert not [each for each in (ana, bia) if each["id"] in str(again)]
    with pytest.raises(NotFound) as refused:
        undo(world, merged, {**eva, "team_ids": [world.team("Other")]}, idempotency=key)
    assert refused.value.code == "merge_not_found"


def test_an_undone_merge_is_shown_to_who_sees_everybody_of_it_today(world: World):
    ana, bia = in_two_teams(world)
    dora = world.create(name="Dora", teams=[world.team("Legal")])
    merged = merge(world, ana, bia)
    both = world.agent("eva", "Sales", "Support")

    def seen() -> int:
        return len(world.service.list_merges(both, customer_id=ana["id"])["data"])

    undo(world, merged)
    assert seen() == 1
    outer = merge(world, dora, bia)
    assert seen() == 1
    world.update(dora["id"], teams=[world.team("Legal")])
    assert seen() == 0
    with pytest.raises(NotFound):
        world.service.get_merge(both, merged["merge"]["id"])
    assert world.service.get_merge(world.admin, merged["merge"]["id"])
    undo(world, outer)
    assert seen() == 1
