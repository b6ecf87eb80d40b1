"""A merge is undone: everybody has again what was theirs, and what came since stays where it belongs."""

from __future__ import annotations

from itertools import permutations

import pytest

from services.customers.tests.merging.doing import addresses, in_two_teams, lasting, merge, undo
from services.customers.tests.world import World


def test_both_are_as_they_were(world: World):
    ana, bia = in_two_teams(world)
    bia = world.update(bia["id"], assignee=world.user("root"), status="blocked")
    values = {"name": {"from": bia["id"]}, "status": "blocked"}
    undone = undo(world, merge(world, ana, bia, values=values))
    assert undone["merge"]["status"] == "undone"
    assert (undone["kept"], undone["not_returned"]) == ([], [])
    assert lasting(undone["survivor"]) == lasting(ana)
    assert [lasting(each) for each in undone["restored"]] == [lasting(bia)]
    assert undone["survivor"]["version"] == ana["version"] + 2
    assert undone["restored"][0]["version"] == bia["version"] + 1
    assert [r.folded for r in world.rows("SELECT folded FROM customer")] == [None, None]


def test_a_dry_run_says_the_same_and_does_nothing(world: World):
    merged = merge(world, *in_two_teams(world))
    world.update(merged["customer"]["id"], name="Ana Lima")
    told = world.events()
    dry = undo(world, merged, dry_run=True)
    assert world.events() == told
    assert world.service.get_merge(world.admin, merged["merge"]["id"])["merge"] == merged["merge"]
    undone = undo(world, merged)
    assert [lasting(c) for c in dry["restored"]] == [lasting(c) for c in undone["restored"]]
    assert lasting(dry["survivor"]) == lasting(undone["survivor"])
    assert dry["merge"]["status"] == "undone"


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_merges_are_undone_in_any_order(world: World, order):
    people = [
        world.create(name=f"Person {n}", tags=[f"t{n}"], teams=[world.team(f"T{n}")], email=f"p{n}@x.test")
        for n in range(4)
    ]
    ana, bia, caio, dora = people
    merges = [
        merge(world, ana, bia, values={"name": {"from": bia["id"]}}),
        merge(world, caio, dora),
        merge(world, caio, ana, values={"name": {"from": ana["id"]}, "email": "p0@x.test"}),
    ]
    for n in order:
        assert undo(world, merges[n])["kept"] == []
    assert [lasting(world.get(each["id"])) for each in people] == [lasting(each) for each in people]


def test_what_somebody_changed_since_stays_and_is_told(world: World):
    ana, bia = in_two_teams(world)
    merged = merge(world, ana, bia, values={"name": "Bia"})
    world.update(ana["id"], name="Ana Bia", tags={"add": ["ours"]})
    undone = undo(world, merged)
    assert undone["kept"] == [{"field": "name", "reason": "changed_since"}]
    assert undone["survivor"]["name"] == "Ana Bia"
    assert undone["survivor"]["tags"] == ["ours", "vip"]
    assert undone["restored"][0]["name"] == "Bia"


def test_a_tag_that_was_taken_off_and_given_again_is_the_survivors_own(world: World):
    ana, bia = in_two_teams(world)
    merged = merge(world, ana, bia)
    world.update(ana["id"], tags={"remove": ["new"]})
    world.update(ana["id"], tags={"add": ["new"]})
    assert undo(world, merged)["survivor"]["tags"] == ["new", "vip"]


def test_what_was_brought_by_two_stays_until_both_have_gone(world: World):
    ana, bia, caio = (
        world.create(name=n, tags=[n, "both"] if n != "Ana" else []) for n in ("Ana", "Bia", "Caio")
    )
    first, second = merge(world, ana, bia), merge(world, ana, caio)
    assert undo(world, first)["survivor"]["tags"] == ["both", "Caio"]
    assert undo(world, second)["survivor"]["tags"] == []


def test_an_address_that_was_taken_off_comes_back_with_whom_it_came_from(world: World):
    ana, bia = in_two_teams(world)
    merged = merge(world, ana, bia)
    world.update(ana["id"], phone=None)
    undone = undo(world, merged)
    assert addresses(undone["survivor"]) == {"ana@x.test"}
    assert lasting(undone["restored"][0]) == lasting(bia)
    assert world.service.check_duplicates(world.admin, {"phone": "+5511987654321"})["matches"]


def test_an_address_that_another_customer_has_by_now_stays_there(world: World):
    ana, bia = in_two_teams(world)
    merged = merge(world, ana, bia)
    world.update(ana["id"], phone=None)
    other = world.create(name="Caio", phone="+5511987654321")
    undone = undo(world, merged)
    lost = {"customer": bia["id"], "kind": "phone", "value": "+5511987654321", "reason": "held_by_other"}
    assert undone["not_returned"] == [{**lost, "held_by": other["id"]}]
    assert addresses(undone["restored"][0]) == set()
    assert addresses(world.get(other["id"])) == {"+5511987654321"}


def test_the_ledger_keeps_that_an_address_did_not_return_and_not_which(world: World):
    ana, bia = in_two_teams(world)
    merged = merge(world, ana, bia)
    world.update(ana["id"], phone=None)
    world.create(name="Caio", phone="+5511987654321")
    key = {"key": "k", "hash": "h"}
    undo(world, merged, idempotency=key)
    [lost] = undo(world, merged, idempotency=key)["not_returned"]
    assert lost == {"customer": bia["id"], "kind": "phone", "reason": "held_by_other"}
    assert world.rows("SELECT 1 FROM merge_member WHERE brought IS NOT NULL") == []


def test_an_address_that_the_survivor_was_given_again_is_its_own(world: World):
    ana, bia = in_two_teams(world)
    merged = merge(world, ana, bia)
    world.update(ana["id"], phone=None)
    world.update(ana["id"], phone="+5511987654321")
    undone = undo(world, merged)
    assert [each["reason"] for each in undone["not_returned"]] == ["held_by_survivor"]
    assert undone["survivor"]["phone"] == "+5511987654321"
    assert undone["restored"][0]["phone"] is None


def test_an_address_that_was_corrected_stays_right(world: World):
    ana, bia = in_two_teams(world)
    merged = merge(world, ana, bia)
    world.update(ana["id"], phone="+5511987654322")
    undone = undo(world, merged)
    assert undone["restored"][0]["phone"] == "+5511987654322"
    assert undone["not_returned"] == []


def test_an_address_that_was_added_since_stays_with_the_survivor(world: World):
    ana, bia = in_two_teams(world)
    merged = merge(world, ana, bia)
    world.update(ana["id"], contact_points={"add": [{"kind": "email", "value": "more@x.test"}]})
    undone = undo(world, merged)
    assert addresses(undone["survivor"]) == {"ana@x.test", "more@x.test"}


def test_a_primary_address_that_was_taken_off_is_the_primary_again(world: World):
    bia = world.create(name="Bia", email="first@x.test")
    more = [{"kind": "email", "value": "second@x.test"}]
    bia = world.update(bia["id"], contact_points={"add": more})
    ana = world.create(name="Ana")
    merged = merge(world, ana, bia)
    assert merged["customer"]["email"] == "first@x.test"
    world.update(ana["id"], email=None)
    assert world.get(ana["id"])["email"] == "second@x.test"
    assert lasting(undo(world, merged)["restored"][0]) == lasting(bia)


def test_tags_that_were_renamed_joined_or_deleted_meanwhile_do_no_harm(world: World):
    ana, bia = in_two_teams(world)
    world.create(name="Caio", tags=["newer"])
    merged = merge(world, ana, bia)
    ids = {t["name"]: t["id"] for t in world.service.list_tags(world.admin, limit=50)["data"]}
    world.service.update_tag(world.admin, ids["new"], {"merge_into": ids["newer"]})
    world.update(ana["id"], status="inactive")
    world.service.delete_tag(world.admin, ids["vip"])
    undone = undo(world, merged)
    assert (undone["survivor"]["tags"], undone["restored"][0]["tags"]) == ([], ["newer"])


def test_options_that_were_joined_meanwhile_are_no_change(world: World):
    field = {"key": "plan", "label": "Plan", "type": "select", "options": ["Gold", "Silver"]}
    gold, silver = world.service.create_custom_field(world.admin, field)["options"]
    ana, bia = world.create(name="Ana", custom={"plan": "Gold"}), world.create(custom={"plan": "Silver"})
    merged = merge(world, ana, bia, values={"custom.plan": "Silver"})
    version = world.service.get_custom_field(world.admin, "plan")["version"]
    join = {"merge_into": gold["id"]}
    world.service.update_option(world.admin, "plan", silver["id"], join, version)
    undone = undo(world, merged)
    assert undone["kept"] == []
    assert undone["survivor"]["custom"]["plan"]["label"] == "Gold"


def test_both_histories_tell_of_it(world: World):
    ana, bia = in_two_teams(world)
    merged = merge(world, ana, bia)
    undo(world, merged)
    for who in (ana, bia):
        items = world.service.list_history(world.admin, who["id"], kinds=["change"])["data"]
        told = next(item for item in items if item["field"] == "unmerged")
        assert told["after"] == {"merge": merged["merge"]["id"], "restored": [bia["id"]]}
        assert told["origin"] == "merge"


def test_other_services_are_told_who_stands_alone_again(world: World):
    ana, bia, caio = (world.create(name=name) for name in ("Ana", "Bia", "Caio"))
    inner = merge(world, bia, caio)
    merge(world, ana, bia)
    undo(world, inner)
    told = world.events("customer.unmerged.v1")[-1]
    assert told["subject"] == ana["id"]
    assert told["data"]["restored"] == [caio["id"]]
    assert told["data"]["members"] == [ana["id"], bia["id"]]
    changed = world.events("customers.changed.v1")[-1]["data"]["customers"]
    assert {c["id"]: c["kind"] for c in changed} == {ana["id"]: "updated", caio["id"]: "updated"}
