"""A customer that several records are merged into: read, searched and filtered as one person."""

from __future__ import annotations

from typing import Any

import pytest

from services.customers.tests.world import World

Json = dict[str, Any]
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
