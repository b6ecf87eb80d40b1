"""Changing customers."""

from __future__ import annotations

from typing import Any

import pytest

from servicekit.errors import Duplicate, Forbidden, Invalid, NotFound, Stale
from services.customers.tests.registry.test_creating import codes
from services.customers.tests.registry.test_identity_under_concurrency import at_once
from services.customers.tests.world import World


def points(customer: dict[str, Any]) -> list[tuple[str, bool]]:
    return [(point["value"], point["primary"]) for point in customer["contact_points"]]


def test_a_phone_in_a_patch_corrects_the_primary_one(world: World) -> None:
    customer = world.create(phone="11987654321", contact_points=[{"kind": "phone", "value": "11987654322"}])
    changed = world.update(customer["id"], phone="11987654323")
    assert points(changed) == [("+5511987654323", True), ("+5511987654322", False)]
    assert world.create(name="Free again", phone="11987654321")


def test_null_removes_the_primary_and_promotes_the_oldest(world: World) -> None:
    customer = world.create(
        email="a@x.com",
        contact_points=[{"kind": "email", "value": "b@x.com"}, {"kind": "email", "value": "c@x.com"}],
    )
    assert points(world.update(customer["id"], email=None)) == [("b@x.com", True), ("c@x.com", False)]


def test_update_of_a_duplicate_makes_the_typed_address_primary_and_keeps_the_old_one(world: World) -> None:
    customer = world.create(phone="11987654321")
    typed = {"add": [{"kind": "phone", "value": "11987654322", "primary": True}]}
    changed = world.update(customer["id"], contact_points=typed)
    assert points(changed) == [("+5511987654321", False), ("+5511987654322", True)]
    assert changed["phone"] == "+5511987654322"


def test_contact_points_sent_back_as_they_came_change_nothing(world: World) -> None:
    customer = world.create(
        phone="(11) 98765-4321",
        contact_points=[
            {"kind": "email", "value": "a@x.com", "label": "work"},
            {"kind": "instagram", "value": "178", "scope": "acme"},
        ],
    )
    body = {key: customer[key] for key in ("name", "email", "phone", "whatsapp", "contact_points", "tags")}
    assert world.update(customer["id"], **body) == customer


def test_contact_points_are_removed_by_id_or_by_value(world: World) -> None:
    customer = world.create(phone="11987654321", email="a@x.com", whatsapp="11987654321")
    gone = [customer["contact_points"][0]["id"], {"kind": "phone", "value": "+55 11 98765-4321"}]
    assert points(world.update(customer["id"], contact_points={"remove": gone})) == [("+5511987654321", True)]
    assert [r.value for r in world.rows("SELECT value FROM identity_holder")] == ["+5511987654321"]


def test_nobody_reaches_into_another_customers_contact_points(world: World) -> None:
    victim, mine = world.create(phone="11987654321"), world.create(email="a@x.com")
    stolen = victim["contact_points"][0]["id"]
    world.update(mine["id"], contact_points={"add": [{"id": stolen, "kind": "email", "value": "b@x.com"}]})
    world.update(mine["id"], contact_points={"remove": [stolen]})
    assert world.get(victim["id"]) == victim


def test_an_edit_that_takes_an_address_of_another_is_refused(world: World) -> None:
    first, second = world.create(phone="11987654321"), world.create(email="b@x.com")
    with pytest.raises(Duplicate) as refusal:
        world.update(second["id"], whatsapp="11987654321")
    assert refusal.value.payload["matched_on"] == ["whatsapp"]
    assert [match["id"] for match in refusal.value.payload["matches"]] == [first["id"]]
    assert world.get(second["id"]) == second


def test_an_agents_edit_is_told_of_a_hidden_holder_as_a_creation_is(world: World) -> None:
    agent = world.agent("ana", "sales")
    world.create(phone="11987654321")
    mine = world.create(agent)
    with pytest.raises(Duplicate) as refusal:
        world.update(mine["id"], agent, phone="11987654321")
    assert (refusal.value.payload["matches"], refusal.value.payload["restricted_match"]) == ([], True)
    assert len(world.rows("SELECT * FROM restricted_answer")) == 1


def test_a_shared_address_may_stay_when_others_change(world: World) -> None:
    world.create(phone="11987654321")
    twin = world.service.create_customer(
        world.admin, {"name": "Twin", "phone": "11987654321"}, allow_duplicate=True
    )["customer"]
    assert world.update(twin["id"], phone="11987654321", email="t@x.com")["email"] == "t@x.com"


def test_a_stale_version_is_answered_with_the_present_customer(world: World) -> None:
    customer = world.create()
    world.update(customer["id"], name="Maria Souza")
    with pytest.raises(Stale) as refusal:
        world.service.update_customer(world.admin, customer["id"], {"name": "Late"}, version=1)
    assert refusal.value.payload["current"] == world.get(customer["id"])


def test_a_patch_that_changes_nothing_leaves_the_version(world: World) -> None:
    customer = world.create(tags=["vip"], phone="11987654321")
    events = len(world.events())
    assert (
        world.update(customer["id"], name="Maria Silva", tags=["VIP"], phone="+55 11 98765-4321") == customer
    )
    assert len(world.events()) == events


def test_every_changed_field_is_kept_with_who_before_and_after(world: World) -> None:
    agent = world.agent("ana", "sales")
    customer = world.create(agent, phone="11987654321")
    world.update(
        customer["id"], agent, name="Maria Souza", phone="11987654322", tags=["vip"], status="blocked"
    )
    rows = world.rows(
        'SELECT field, "by", before, after FROM change WHERE field <> :made ORDER BY field', made="created"
    )
    assert {str(row.by) for row in rows} == {agent["user_id"]}
    assert [(row.field, row.before, row.after) for row in rows] == [
        ("name", "Maria Silva", "Maria Souza"),
        ("phone", "+5511987654321", "+5511987654322"),
        ("status", "active", "blocked"),
        ("tags", [], ["vip"]),
    ]
    told = world.events("customers.changed.v1")[-1]["data"]["customers"]
    assert told == [
        {
            "id": customer["id"],
            "version": 2,
            "revision": 2,
            "kind": "updated",
            "fields": ["name", "phone", "tags", "status"],
        }
    ]


def test_tags_are_added_and_removed_whatever_their_case(world: World) -> None:
    customer = world.create(tags=["VIP", "old"])
    assert world.update(customer["id"], tags={"add": ["vip", "new"], "remove": ["OLD"]})["tags"] == [
        "new",
        "VIP",
    ]
    assert world.update(customer["id"], tags=None)["tags"] == []


def test_agents_change_no_teams_and_administrators_only_to_known_ones(world: World) -> None:
    agent = world.agent("ana", "sales")
    customer = world.create(agent)
    with pytest.raises(Forbidden):
        world.update(customer["id"], agent, teams=[])
    support = world.team("support")
    assert world.update(customer["id"], teams={"add": [support]})["teams"] == sorted(
        [support, world.team("sales")]
    )
    with pytest.raises(Invalid) as refusal:
        world.update(customer["id"], teams={"add": ["0193a0b0-0000-7000-8000-000000000000"]})
    assert codes(refusal.value) == {"/teams/add/0": "unknown_team"}


def test_masked_agents_may_not_patch_contact_data(world: World) -> None:
    world.set(hide_contact_data=True)
    agent = world.agent("ana", "sales")
    customer = world.create(agent, phone="11987654321")
    for patch in ({"phone": "11987654322"}, {"email": None}, {"contact_points": {"add": []}}):
        with pytest.raises(Invalid) as refusal:
            world.update(customer["id"], agent, **patch)
        assert set(codes(refusal.value).values()) == {"field_hidden"}
    assert world.update(customer["id"], agent, name="Renamed", tags=["vip"])["name"] == "Renamed"


def test_absorb_fills_what_is_empty_and_adds_the_rest(world: World) -> None:
    customer = world.create(email="a@x.com", tags=["old"])
    data = {"name": "Other", "email": "b@x.com", "phone": "11987654321", "tags": ["new"], "status": "blocked"}
    filled = world.service.absorb_customer(world.admin, customer["id"], data)["customer"]
    assert (filled["name"], filled["status"], filled["tags"]) == ("Maria Silva", "active", ["new", "old"])
    assert points(filled) == [("a@x.com", True), ("b@x.com", False), ("+5511987654321", True)]


def test_absorb_of_an_address_that_a_third_holds_is_refused(world: World) -> None:
    customer, third = world.create(email="a@x.com"), world.create(phone="11987654321")
    with pytest.raises(Duplicate) as refusal:
        world.service.absorb_customer(
            world.admin, customer["id"], {"phone": "11987654321", "email": "a@x.com"}
        )
    assert [match["id"] for match in refusal.value.payload["matches"]] == [third["id"]]


def test_what_one_may_not_see_cannot_be_edited(world: World) -> None:
    hidden, agent = world.create(), world.agent("ana", "sales")
    unknown = "0193a0b0-0000-7000-8000-000000000000"
    errors = []
    for customer_id in (hidden["id"], unknown, "no-id"):
        for call in (
            lambda c: world.service.update_customer(agent, c, {"phone": "11987654321"}, version=9),
            lambda c: world.service.absorb_customer(agent, c, {"phone": "11987654321"}),
            lambda c: world.service.get_customer(agent, c),
        ):
            with pytest.raises(NotFound) as refusal:
                call(customer_id)
            errors.append(refusal.value.args)
    assert len({str(error) for error in errors}) == 1


def test_a_merged_customer_is_where_it_went(world: World) -> None:
    agent = world.agent("ana", "sales")
    survivor, absorbed = world.create(agent), world.create(phone="11987654321")
    world.merge(absorbed["id"], into=survivor["id"])
    moved = {"moved_to": survivor["id"]}
    assert world.service.get_customer(agent, absorbed["id"]) == moved
    assert world.service.update_customer(agent, absorbed["id"], {"name": "X"}, version=7) == moved
    assert (
        world.service.delete_customer(world.admin, absorbed["id"], idempotency={"key": "k", "hash": "h"})
        == moved
    )
    with pytest.raises(NotFound):
        world.service.get_customer(world.agent("ben", "support"), absorbed["id"])


def test_edits_at_once_are_all_applied(world: World) -> None:
    customer = world.create(phone="11987654321")
    works = [
        lambda n=n: world.patiently(
            lambda: world.update(customer["id"], tags={"add": [f"tag{n}"]}, email=f"p{n}@x.com")
        )
        for n in range(12)
    ]
    assert [o for o in at_once(works) if isinstance(o, Exception)] == []
    now = world.get(customer["id"])
    assert len(now["tags"]) == 12
    assert now["version"] == 13
    assert len(world.rows("SELECT * FROM identity_holder")) == 2


def test_a_repeated_edit_shows_the_customer_as_it_is_today(world: World) -> None:
    customer, key = world.create(), {"key": "k", "hash": "h"}
    world.service.update_customer(world.admin, customer["id"], {"name": "One"}, idempotency=key)
    world.update(customer["id"], name="Two")
    again = world.service.update_customer(world.admin, customer["id"], {"name": "One"}, idempotency=key)
    assert (again["replayed"], again["customer"]["name"]) == (True, "Two")


def test_a_repeated_write_shows_whom_the_customer_was_merged_into(world: World) -> None:
    agent = world.agent("ana", "sales")
    survivor, absorbed = world.create(agent, name="Survivor"), world.create(agent, phone="11987654321")

    def writes() -> list[dict[str, Any]]:
        keys = [{"key": key, "hash": "h"} for key in "cpar"]
        service, customer_id = world.service, made["customer"]["id"]
        return [
            service.create_customer(agent, {"name": "Twin"}, idempotency=keys[0]),
            service.update_customer(agent, customer_id, {"name": "One"}, idempotency=keys[1]),
            service.absorb_customer(agent, customer_id, {"tags": ["vip"]}, idempotency=keys[2]),
            service.restore_customer(world.admin, absorbed["id"], idempotency=keys[3]),
        ]

    made = world.service.create_customer(agent, {"name": "Twin"}, idempotency={"key": "c", "hash": "h"})
    world.service.delete_customer(world.admin, absorbed["id"])
    writes()
    for merged in (made["customer"]["id"], absorbed["id"]):
        world.merge(merged, into=survivor["id"])
    for again in writes():
        assert (again["replayed"], again["customer"]["id"]) == (True, survivor["id"])


def test_contact_points_may_swap_their_values(world: World) -> None:
    customer = world.create(phone="11987654321", contact_points=[{"kind": "phone", "value": "11987654322"}])
    first, second = customer["contact_points"]
    swapped = [{**first, "value": second["value"]}, {**second, "value": first["value"]}]
    changed = world.update(customer["id"], contact_points=swapped)
    assert {point["id"]: point["value"] for point in changed["contact_points"]} == {
        first["id"]: "+5511987654322",
        second["id"]: "+5511987654321",
    }


def test_an_address_may_be_typed_again_beside_the_contact_point_that_had_it(world: World) -> None:
    customer = world.create(phone="11987654321")
    (known,) = customer["contact_points"]
    wanted = [{"kind": "phone", "value": known["value"]}, {**known, "value": "11987654322"}]
    changed = world.update(customer["id"], contact_points=wanted)
    assert {point["value"]: point["id"] == known["id"] for point in changed["contact_points"]} == {
        "+5511987654321": False,
        "+5511987654322": True,
    }


def test_a_number_that_replaces_a_platform_id_has_no_scope(world: World) -> None:
    customer = world.create(contact_points=[{"kind": "whatsapp", "value": "123@lid", "scope": "acme"}])
    (point,) = world.update(customer["id"], whatsapp="11987654321")["contact_points"]
    assert (point["value"], "scope" in point) == ("+5511987654321", False)
