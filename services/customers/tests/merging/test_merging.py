"""Customers become one: what the survivor shows, and what of it was chosen."""

from __future__ import annotations

import pytest

from servicekit.clock import utc_now
from servicekit.errors import Invalid
from servicekit.ids import new_id
from services.customers.tests.merging.doing import addresses, in_two_teams, lasting, merge
from services.customers.tests.world import World


def test_the_survivor_has_the_addresses_tags_and_teams_of_all(world: World):
    ana, bia = in_two_teams(world)
    survivor = merge(world, ana, bia)["customer"]
    assert survivor["name"] == "Ana"
    assert (survivor["email"], survivor["phone"]) == ("ana@x.test", "+5511987654321")
    assert survivor["tags"] == ["new", "vip"]
    assert survivor["teams"] == sorted([world.team("Sales"), world.team("Support")])
    assert survivor["version"] == ana["version"] + 1


def test_the_old_id_leads_to_the_survivor_however_often_that_was_merged(world: World):
    ana, bia, caio = (world.create(name=name) for name in ("Ana", "Bia", "Caio"))
    merge(world, bia, caio)
    merge(world, ana, bia)
    assert world.service.get_customer(world.admin, caio["id"]) == {"moved_to": ana["id"]}
    [whole] = {w["id"] for w in world.service.visible(world.admin, [caio["id"], bia["id"]]).values()}
    assert whole == ana["id"]


def test_gaps_are_filled_from_the_newest_other_and_the_rest_is_the_primarys(world: World):
    ana = world.create(name="Ana", status="inactive")
    old = world.create(name="Bia", assignee=world.user("root"), email="old@x.test")
    new = world.create(name="Caio", email="new@x.test", channel="email")
    survivor = merge(world, ana, new, old)["customer"]
    assert (survivor["name"], survivor["status"], survivor["channel"]) == ("Ana", "inactive", "manual")
    assert (survivor["email"], survivor["assignee"]) == ("new@x.test", world.user("root"))
    assert addresses(survivor) == {"old@x.test", "new@x.test"}


def test_a_name_that_nobody_gave_is_a_gap(world: World):
    nameless, bia = world.create(name="WhatsApp contact k3Xq"), world.create(name="Bia")
    world.run("UPDATE customer SET name_source = 'auto' WHERE name LIKE 'WhatsApp%'")
    assert merge(world, nameless, bia)["customer"]["name"] == "Bia"


def test_values_are_chosen_field_by_field_by_whom_or_by_what(world: World):
    ana = world.create(name="Ana", email="ana@x.test", phone="+5511987654321")
    bia = world.create(name="Bia", email="bia@x.test", status="blocked")
    values = {"name": {"from": bia["id"]}, "email": "bia@x.test", "status": "blocked"}
    survivor = merge(world, ana, bia, values=values)["customer"]
    assert (survivor["name"], survivor["email"], survivor["status"]) == ("Bia", "bia@x.test", "blocked")
    assert addresses(survivor) == {"ana@x.test", "bia@x.test", "+5511987654321"}
    [primary] = [p["value"] for p in survivor["contact_points"] if p["kind"] == "email" and p["primary"]]
    assert primary == "bia@x.test"


def test_custom_values_and_options_are_chosen_too(world: World):
    field = {"key": "plan", "label": "Plan", "type": "select", "options": ["Gold", "Silver"]}
    world.service.create_custom_field(world.admin, field)
    world.service.create_custom_field(world.admin, {"key": "city", "label": "City", "type": "text"})
    ana = world.create(name="Ana", custom={"plan": "Gold"})
    bia = world.create(name="Bia", custom={"plan": "Silver", "city": "Recife"})
    survivor = merge(world, ana, bia, values={"custom.plan": "Silver"})["customer"]
    assert survivor["custom"]["plan"]["label"] == "Silver"
    assert survivor["custom"]["city"] == "Recife"


@pytest.mark.parametrize(
    ("values", "pointer", "code"),
    [
        ({"name": "Dora"}, "/values/name", "unknown_choice"),
        ({"name": {"from": str(new_id())}}, "/values/name", "unknown_choice"),
        ({"email": None}, "/values/email", "unknown_choice"),
        ({"tags": ["vip"]}, "/values/tags", "unknown_property"),
        ({"custom.nothing": 1}, "/values/custom.nothing", "unknown_property"),
        (["name"], "/values", "invalid_object"),
    ],
)
def test_only_what_one_of_them_has_can_be_chosen(world: World, values, pointer, code):
    ana, bia = in_two_teams(world)
    with pytest.raises(Invalid) as refused:
        merge(world, ana, bia, values=values)
    assert [(e["pointer"], e["code"]) for e in refused.value.payload["errors"]] == [(pointer, code)]
    assert world.get(bia["id"]) == bia


def test_a_preview_says_what_a_merge_does_and_does_nothing(world: World):
    ana, bia = in_two_teams(world)
    data = {"primary": ana["id"], "duplicates": [bia["id"]], "values": {"name": "Bia"}}
    told = world.events()
    preview = world.service.preview_merge(world.admin, data)
    assert (world.get(ana["id"]), world.get(bia["id"]), world.events()) == (ana, bia, told)
    assert preview["versions"] == {ana["id"]: 1, bia["id"]: 1}
    assert preview["records"] == 2
    assert preview["moves"][bia["id"]]["contact_points"] == 1
    name = next(field for field in preview["fields"] if field["field"] == "name")
    assert (name["chosen_from"], name["value"], name["conflict"]) == (bia["id"], "Bia", True)
    merged = merge(world, ana, bia, values={"name": "Bia"})["customer"]
    assert lasting(preview["result"]) == lasting(merged)


def test_a_preview_shows_conflicts_only_where_they_differ(world: World):
    ana, bia = in_two_teams(world)
    data = {"primary": ana["id"], "duplicates": [bia["id"]]}
    fields = world.service.preview_merge(world.admin, data)["fields"]
    assert {f["field"]: f["conflict"] for f in fields} == {
        "name": True,
        "status": False,
        "channel": False,
        "email": False,
        "phone": False,
    }


def test_the_history_tells_of_the_merge_and_of_each_field_that_it_changed(world: World):
    ana, bia = in_two_teams(world)
    merged = merge(world, ana, bia)
    changes = {
        item["field"]: item
        for item in world.service.list_history(world.admin, ana["id"], kinds=["change"])["data"]
        if item["origin"] == "merge"
    }
    assert changes.keys() == {"merged", "phone", "tags", "teams"}
    assert changes["merged"]["after"] == {"merge": merged["merge"]["id"], "absorbed": [bia["id"]]}
    assert changes["tags"]["after"] == ["new", "vip"]


def test_other_services_are_told_who_became_part_of_whom(world: World):
    ana, bia, caio = (world.create(name=name) for name in ("Ana", "Bia", "Caio"))
    merge(world, bia, caio)
    merge(world, ana, bia)
    told = world.events("customer.merged.v1")[-1]
    assert (told["subject"], told["revision"]) == (ana["id"], 2)
    assert told["data"]["absorbed"] == [bia["id"]]
    assert told["data"]["members"][0] == ana["id"]
    assert set(told["data"]["members"]) == {ana["id"], bia["id"], caio["id"]}
    [changed] = world.events("customers.changed.v1")[-1]["data"]["customers"]
    assert (changed["id"], changed["version"], changed["kind"]) == (ana["id"], 2, "updated")


def test_the_last_interaction_is_the_latest_of_all(world: World):
    ana, bia = in_two_teams(world)
    at = utc_now()
    world.run("UPDATE customer_activity SET last_at = :at WHERE customer_id = :id", at=at, id=bia["id"])
    survivor = merge(world, ana, bia)["customer"]
    assert survivor["last_interaction_at"] is not None
