"""A customer that several records are merged into: read, found and edited as one person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from servicekit.errors import Duplicate, Invalid
from services.customers.registry.domain.forms import MAX_TAGS
from services.customers.tests.world import World

Json = dict[str, Any]
Pair = tuple[str, str]
EVERY_WAY = (
    {"q": "b@x.com"},
    {"q": "98765"},
    {"filter": {"field": "email", "op": "eq", "value": "b@x.com"}},
    {"filter": {"field": "email", "op": "contains", "value": "b@"}},
    {"filter": {"field": "phone", "op": "is_set"}},
)


@pytest.fixture
def ana(world: World) -> Json:
    """Two records of one person: the survivor has one e-mail, the absorbed one another, and a phone."""
    survivor = world.create(name="Ana", email="a@x.com")
    absorbed = world.create(name="Ana S.", email="b@x.com", phone="11 98765-4321")
    world.merge(absorbed["id"], into=survivor["id"])
    return world.get(survivor["id"])


def addresses(customer: Json) -> list[str]:
    """Values, with a star at the primary one of each kind."""
    return [f"{p['value']}{'*' if p['primary'] else ''}" for p in customer["contact_points"]]


def test_it_shows_the_addresses_of_all_its_records(world: World, ana: Json) -> None:
    assert addresses(ana) == ["a@x.com*", "b@x.com", "+5511987654321*"]
    assert (ana["email"], ana["phone"], ana["whatsapp"]) == ("a@x.com", "+5511987654321", None)
    assert world.service.list_customers(world.admin)["data"] == [ana]
    assert world.service.get_profile(world.admin, ana["id"])["customer"] == ana


def test_an_address_that_several_records_have_is_shown_once(world: World) -> None:
    world.set(allow_duplicates=True)
    first, second = world.create(email="a@x.com"), world.create(email="a@x.com", phone="11 98765-4321")
    world.merge(second["id"], into=first["id"])
    customer = world.get(first["id"])
    assert addresses(customer) == ["a@x.com*", "+5511987654321*"]
    assert customer["contact_points"][0] == first["contact_points"][0]


@pytest.mark.parametrize("asked", EVERY_WAY, ids=str)
def test_it_is_found_by_the_addresses_of_all_its_records(world: World, ana: Json, asked: Json) -> None:
    options = {"q": asked.get("q"), "filter": asked.get("filter")}
    assert [c["id"] for c in world.service.list_customers(world.admin, **options)["data"]] == [ana["id"]]


def test_who_is_deleted_shows_them_too_and_has_them_again_when_restored(world: World, ana: Json) -> None:
    world.service.delete_customer(world.admin, ana["id"])
    (deleted,) = world.service.list_customers(world.admin, deleted=True)["data"]
    assert deleted["contact_points"] == ana["contact_points"]
    world.service.restore_customer(world.admin, ana["id"])
    assert world.get(ana["id"])["contact_points"] == ana["contact_points"]


def test_whom_contact_data_is_hidden_from_sees_none_of_any_record(world: World, ana: Json) -> None:
    agent = world.agent("ben", "sales")
    world.update(ana["id"], teams=[world.team("sales")])
    world.set(hide_contact_data=True)
    assert "contact_points" not in world.get(ana["id"], agent)
    assert world.service.list_customers(agent, q="b@x.com")["data"] == []


def of_record(world: World, customer_id: str) -> list[str]:
    rows = world.rows(
        "SELECT value, is_primary FROM contact_point WHERE customer_id = :id ORDER BY created_at, id",
        id=UUID(customer_id),
    )
    return [f"{row.value}{'*' if row.is_primary else ''}" for row in rows]


@pytest.fixture
def two(world: World) -> Pair:
    """The survivor, without an e-mail, and the absorbed record, with two of them and a phone."""
    survivor = world.create(name="Ana")["id"]
    absorbed = world.create(
        name="Ana S.",
        email="a@x.com",
        phone="11 98765-4321",
        contact_points=[{"kind": "email", "value": "b@x.com"}],
    )["id"]
    world.merge(absorbed, into=survivor)
    return survivor, absorbed


def test_a_corrected_address_stays_with_the_record_that_it_came_with(world: World, two: Pair) -> None:
    survivor, absorbed = two
    edited = world.update(survivor, email="ana@x.com")
    assert (edited["email"], edited["version"]) == ("ana@x.com", 3)
    assert of_record(world, absorbed) == ["ana@x.com*", "+5511987654321*", "b@x.com"]
    assert of_record(world, survivor) == []


def test_an_address_that_several_records_hold_goes_from_all_of_them(world: World, two: Pair) -> None:
    survivor, absorbed = two
    twin = world.service.create_customer(
        world.admin, {"name": "Twin", "email": "a@x.com"}, allow_duplicate=True
    )["customer"]["id"]
    world.merge(twin, into=survivor)
    assert addresses(world.update(survivor, email=None)) == ["+5511987654321*", "b@x.com*"]
    assert (of_record(world, absorbed), of_record(world, twin)) == (["+5511987654321*", "b@x.com*"], [])
    assert world.create(name="Other", email="a@x.com")["email"] == "a@x.com"


def test_any_address_may_become_the_primary_one(world: World, two: Pair) -> None:
    survivor, absorbed = two
    edited = world.update(
        survivor, contact_points={"add": [{"kind": "email", "value": "b@x.com", "primary": True}]}
    )
    assert (edited["email"], edited["version"]) == ("b@x.com", 3)
    assert of_record(world, absorbed) == ["a@x.com*", "+5511987654321*", "b@x.com"]
    edited = world.update(
        survivor, contact_points={"add": [{"kind": "email", "value": "c@x.com", "primary": True}]}
    )
    assert addresses(edited) == ["a@x.com", "+5511987654321*", "b@x.com", "c@x.com*"]
    assert (of_record(world, survivor), world.rows("SELECT primary_ids FROM customer WHERE live")) == (
        ["c@x.com*"],
        [(None,)],
    )


def test_what_is_added_is_the_survivors_own_and_takes_no_primary_away(world: World, two: Pair) -> None:
    survivor, absorbed = two
    edited = world.update(survivor, contact_points={"add": [{"kind": "email", "value": "c@x.com"}]})
    assert (edited["email"], of_record(world, survivor)) == ("a@x.com", ["c@x.com*"])
    absorbing = world.service.absorb_customer(
        world.admin, survivor, {"email": "d@x.com", "phone": "11 98765-4321"}
    )
    assert (absorbing["customer"]["email"], len(of_record(world, absorbed))) == ("a@x.com", 3)


def test_an_address_of_another_customer_is_refused_and_of_its_own_records_is_not(
    world: World, two: Pair
) -> None:
    survivor, _ = two
    world.create(name="Other", email="o@x.com")
    with pytest.raises(Duplicate):
        world.update(survivor, email="o@x.com")
    assert world.update(survivor, email="b@x.com")["email"] == "b@x.com"
    with pytest.raises(Duplicate):
        world.create(name="Other", phone="+55 11 98765-4321")


def test_two_records_may_swap_their_addresses(world: World) -> None:
    first, second = world.create(name="A", email="a@x.com"), world.create(name="B", email="b@x.com")
    world.merge(second["id"], into=first["id"])
    one, other = world.get(first["id"])["contact_points"]
    swapped = [{**one, "value": other["value"]}, {**other, "value": one["value"]}]
    world.update(first["id"], contact_points=swapped)
    assert (of_record(world, first["id"]), of_record(world, second["id"])) == (["b@x.com*"], ["a@x.com*"])


def test_more_than_may_be_typed_is_no_reason_to_refuse_another_edit(world: World) -> None:
    tags = ([f"tag {n}{m}" for n in range(MAX_TAGS)] for m in "ab")
    first, second = (world.create(name="A", tags=each)["id"] for each in tags)
    world.merge(second, into=first)
    world.run("UPDATE customer SET tag_ids = (SELECT array_agg(id) FROM tag) WHERE live")
    world.refresh(first)
    edited = world.update(first, name="B", tags={"remove": ["tag 0a"]})
    assert (edited["name"], len(edited["tags"])) == ("B", 2 * MAX_TAGS - 1)
    with pytest.raises(Invalid):
        world.update(first, tags={"add": ["one more"]})


def test_a_team_or_tag_that_somebody_takes_away_is_the_customers_own_when_given_again(world: World) -> None:
    sales, support = world.team("sales"), world.team("support")
    customer = world.create(name="A", teams=[sales, support], tags=["vip", "new"])["id"]
    (tags,) = (row[0] for row in world.rows("SELECT array_agg(id ORDER BY name) FROM tag"))
    world.fold(customer, {"teams": [sales, support], "tags": tags, "fields": {}})
    world.update(customer, teams=[support], tags={"remove": ["vip"]})
    world.update(customer, teams=[support, sales], tags={"add": ["vip"]})
    assert world.folded(customer) == {"teams": [support], "tags": tags[:1], "fields": {}}
