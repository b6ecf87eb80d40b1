"""What came to a merged customer before the merge is undone: from outside, and from the company."""

from __future__ import annotations

import pytest

from services.customers.tests.history.told import Connector, a_message, an_event, minutes
from services.customers.tests.merging.doing import addresses, in_two_teams, merge, undo
from services.customers.tests.world import World

BIAS = [{"kind": "phone", "value": "+5511987654321"}]


@pytest.fixture
def connector(world: World) -> Connector:
    return Connector(world.db)


def test_what_came_by_an_address_goes_with_it(world: World, connector: Connector):
    ana, bia = in_two_teams(world)
    merged = merge(world, ana, bia)
    new = [*BIAS, {"kind": "email", "value": "bia@x.test"}]
    connector.send(an_event("started", identities=new, team=world.team("Night")))
    survivor = world.get(ana["id"])
    assert "bia@x.test" in addresses(survivor)
    assert world.team("Night") in survivor["teams"]
    assert survivor["last_interaction_at"] is not None

    undone = undo(world, merged)
    assert undone["survivor"]["teams"] == [world.team("Sales")]
    assert undone["survivor"]["last_interaction_at"] is None
    assert addresses(undone["survivor"]) == {"ana@x.test"}
    [restored] = undone["restored"]
    assert restored["teams"] == sorted([world.team("Support"), world.team("Night")])
    assert restored["last_interaction_at"] == survivor["last_interaction_at"]
    assert addresses(restored) == {"+5511987654321", "bia@x.test"}


def test_it_goes_with_a_record_in_the_middle_too(world: World, connector: Connector):
    ana, bia = in_two_teams(world)
    caio = world.create(name="Caio")
    merge(world, caio, bia)
    outer = merge(world, ana, caio)
    connector.send(an_event("started", identities=BIAS, team=world.team("Night"), at=minutes(5)))
    undone = undo(world, outer)
    assert undone["survivor"]["teams"] == [world.team("Sales")]
    [restored] = undone["restored"]
    assert (restored["id"], restored["last_interaction_at"]) == (caio["id"], "2026-03-01T12:05:00Z")
    assert world.team("Night") in restored["teams"]


def test_each_keeps_its_own_last_interaction(world: World, connector: Connector):
    ana, bia = in_two_teams(world)
    anas = [{"kind": "email", "value": "ana@x.test"}]
    connector.send(a_message(identities=anas, conversation="a", at=minutes(1)))
    merged = merge(world, ana, bia)
    connector.send(a_message(identities=BIAS, conversation="b", at=minutes(9)))
    connector.send(a_message(identities=anas, conversation="a", at=minutes(3)))
    assert world.get(ana["id"])["last_interaction_at"] == "2026-03-01T12:09:00Z"
    undone = undo(world, merged)
    assert undone["survivor"]["last_interaction_at"] == "2026-03-01T12:03:00Z"
    assert undone["restored"][0]["last_interaction_at"] == "2026-03-01T12:09:00Z"
    assert [r.own_at for r in world.rows("SELECT own_at FROM customer_activity")] == [None, None]


def test_a_team_that_is_gone_comes_back_with_nobody(world: World):
    ana, bia = in_two_teams(world)
    merged = merge(world, ana, bia)
    world.service.move_team(world.admin, world.team("Support"), world.team("Sales"))
    undone = undo(world, merged)
    assert undone["survivor"]["teams"] == [world.team("Sales")]
    assert undone["restored"][0]["teams"] == [world.team("Sales")]


def test_the_survivor_may_have_been_merged_and_changed_since(world: World):
    ana, bia = in_two_teams(world)
    caio = world.create(name="Caio", email="caio@x.test")
    inner = merge(world, ana, bia)
    merge(world, caio, ana)
    world.update(caio["id"], phone=None, tags={"add": ["ours"]})
    undone = undo(world, inner)
    assert (undone["survivor"]["id"], undone["survivor"]["tags"]) == (caio["id"], ["ours", "vip"])
    assert undone["restored"][0]["phone"] == "+5511987654321"
    assert addresses(undone["survivor"]) == {"caio@x.test", "ana@x.test"}
