"""A search tells nobody of customers, or of contact data, that they may not see."""

from __future__ import annotations

import pytest

from services.customers.tests.search.test_quick_search import found
from services.customers.tests.world import World


def test_agents_find_customers_of_their_teams_only(world: World) -> None:
    agent = world.agent("ana", "sales")
    world.create(agent, name="Maria Ours", tags=["vip"])
    world.create(name="Maria Theirs", teams=[world.team("support")], tags=["vip"], phone="11987654321")
    world.create(name="Maria Nobody's", tags=["vip"])
    for q in ("maria", "vip", "m"):
        assert found(world, q, agent) == ["Maria Ours"]
        total = world.service.list_customers(agent, q=q, include_total=True)["total"]
        assert total == {"value": 1, "relation": "eq"}
        assert found(world, q, agent, sort="name") == ["Maria Ours"]
    assert found(world, "98765", agent) == []


def test_a_loner_finds_nobody(world: World) -> None:
    world.create(name="Maria")
    assert found(world, "maria", world.agent("ben")) == []


def test_absorbed_and_deleted_customers_are_found_no_more(world: World) -> None:
    survivor, absorbed = world.create(name="Maria One"), world.create(name="Maria Two")
    world.merge(absorbed["id"], into=survivor["id"])
    world.service.delete_customer(world.admin, world.create(name="Maria Three")["id"])
    assert found(world, "maria") == ["Maria One"]


@pytest.mark.parametrize(
    "q",
    ["11987654321", "(11) 98765-4321", "8765", "+55 11 98765 4321", "ana@x.com", "ana@", "x.com", "@x."],
)
def test_contact_data_that_is_hidden_is_not_searched(world: World, q: str) -> None:
    agent = world.agent("ana", "sales")
    world.create(agent, name="Bob", phone="11 98765-4321", email="ana@x.com")
    assert found(world, q, agent) == ["Bob"]
    world.set(hide_contact_data=True)
    for sort in (None, "name"):
        assert found(world, q, agent, sort=sort) == []
    assert world.service.list_customers(agent, q=q, include_total=True)["total"]["value"] == 0
    assert found(world, q) == ["Bob"]


def test_names_and_tags_are_searched_where_contact_data_is_hidden(world: World) -> None:
    agent = world.agent("ana", "sales")
    world.create(agent, name="Bob Smith", tags=["vip"])
    world.create(agent, name="Room 98765")
    world.set(hide_contact_data=True)
    for q in ("smi", "vip b", "s"):
        assert found(world, q, agent) == ["Bob Smith"]
    assert found(world, "98765", agent) == ["Room 98765"]


def test_the_order_tells_nothing_of_hidden_contact_data(world: World) -> None:
    """By their addresses the one who wrote less recently would come first."""
    agent = world.agent("ana", "sales")
    world.create(agent, name="One Maria", email="x@x.com")
    other = world.create(agent, name="Two Maria", email="maria@x.com")
    world.run("UPDATE customer_activity SET last_at = now() WHERE customer_id <> :id", id=other["id"])
    assert found(world, "maria", agent) == ["Two Maria", "One Maria"]
    world.set(hide_contact_data=True)
    assert found(world, "maria", agent) == ["One Maria", "Two Maria"]
