"""Whom exports and bulk actions are about, and the time that a question may take."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from servicekit.errors import Invalid
from servicekit.ids import new_id
from servicekit.scope import Scope
from services.customers.filters import context
from services.customers.filters.sql import Condition
from services.customers.search import narrowing, running
from services.customers.search.selection import count, matching, read_selection
from services.customers.tests.registry.test_creating import codes
from services.customers.tests.world import World

Json = dict[str, Any]


def selected(world: World, data: Json, scope: Json | None = None, *, limit: int = 2) -> list[str]:
    """Walked in small steps."""
    found: list[UUID] = []
    upto = new_id()
    with world.db.reading() as connection:
        asker = context.asker(connection, Scope.load(scope or world.admin))
        selection = read_selection(connection, data, asker=asker)
        while chunk := matching(
            connection, asker, selection, after=found[-1] if found else None, upto=upto, limit=limit
        ):
            found += chunk
        assert count(connection, asker, selection) == {"value": len(found), "relation": "eq"}
    assert found == sorted(found)
    return [str(each) for each in found]


def test_a_selection_holds_whom_the_list_shows(world: World) -> None:
    agent = world.agent("ana", "sales")
    ours = [world.create(agent, name=f"Maria {n}", status="active")["id"] for n in range(5)]
    bob = world.create(agent, name="Bob", status="blocked")["id"]
    theirs = world.create(name="Maria Hidden")["id"]
    active = {"field": "status", "op": "eq", "value": "active"}
    assert selected(world, {}, agent) == [*ours, bob]
    assert selected(world, {"q": "maria"}, agent) == selected(world, {"filter": active}, agent) == ours
    assert selected(world, {"q": "bob", "filter": active}, agent) == []
    assert selected(world, {"ids": [bob, theirs, ours[0]]}, agent) == [ours[0], bob]
    assert selected(world, {"q": "maria", "except": [ours[1]]}, agent) == [ours[0], *ours[2:]]
    assert selected(world, {"q": "maria"}) == [*ours, theirs]


def test_a_saved_filter_is_narrowed_by_what_is_given_besides(world: World) -> None:
    maria, ana = world.create(name="Maria", tags=["vip"])["id"], world.create(name="Ana", tags=["vip"])["id"]
    world.create(name="Maria Other")
    saved = world.service.create_saved_filter(
        world.admin,
        {"name": "VIP", "q": "maria", "filter": {"field": "tags", "op": "any_of", "value": ["vip"]}},
    )
    kept = saved.get("saved_filter", saved)["id"]
    assert selected(world, {"saved_filter": kept}) == [maria]
    assert selected(world, {"saved_filter": kept, "q": "ana"}) == [ana]
    blocked = {"field": "status", "op": "eq", "value": "blocked"}
    assert selected(world, {"saved_filter": kept, "filter": blocked}) == []


def test_those_who_come_later_are_not_walked_to(world: World) -> None:
    world.create()
    with world.db.reading() as connection:
        asker = context.asker(connection, Scope.load(world.admin))
        selection, upto = read_selection(connection, {}, asker=asker), new_id()
    world.create()
    with world.db.reading() as connection:
        assert len(matching(connection, asker, selection, after=None, upto=upto, limit=5)) == 1


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        ({"ids": "all"}, {"/ids": "invalid_list"}),
        ({"ids": ["x"]}, {"/ids/0": "invalid_id"}),
        ({"except": [7]}, {"/except/0": "invalid_id"}),
        ({"ids": [], "q": "a"}, {"/q": "several_selections"}),
        ({"colour": "red"}, {"/colour": "unknown_property"}),
        ({"saved_filter": "x"}, {"/saved_filter": "unknown_saved_filter"}),
    ],
)
def test_selections_that_are_none_are_refused(world: World, data: Json, errors: Json) -> None:
    with pytest.raises(Invalid) as refusal:
        selected(world, data)
    assert codes(refusal.value) == errors


def test_what_takes_too_long_is_refused_in_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for it, and the connection serves the next question."""
    world.create(name="Maria")
    monkeypatch.setattr(narrowing, "to_condition", lambda node, **_: Condition("pg_sleep(9) IS NOT NULL"))
    monkeypatch.setattr(running, "FIRST_TRY", 0.1)
    monkeypatch.setattr(running.Budget.__init__, "__defaults__", (0.5,))
    active = {"field": "status", "op": "eq", "value": "active"}
    for options in ({"sort": "name"}, {"q": "maria"}):
        began = time.monotonic()
        with pytest.raises(Invalid) as refusal:
            world.service.list_customers(world.admin, filter=active, **options)
        assert refusal.value.code == "query_too_expensive"
        assert time.monotonic() - began < 6  # it would take nine
    assert len(world.service.list_customers(world.admin)["data"]) == 1


def test_a_question_within_a_unit_of_work_is_given_up_without_it(world: World) -> None:
    with world.db.unit_of_work() as uow:
        with pytest.raises(Invalid):
            running.read(uow.connection, ["SELECT pg_sleep(9)"], {}, budget=running.Budget(0.1))
        timeout = uow.connection.execute(text("SHOW statement_timeout")).scalar_one()
        assert timeout != "100ms"


def test_the_second_way_answers_where_the_first_takes_too_long(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "FIRST_TRY", 0.1)
    with world.db.reading() as connection:
        ways = ["SELECT 1 AS one FROM pg_sleep(9)", "SELECT 2 AS one"]
        ((answer,),) = running.read(connection, ways, {}, budget=running.Budget(5))
    assert answer == 2


def test_a_question_that_takes_too_long_to_plan_is_refused_in_time(world: World) -> None:
    """Ten thousand addresses: the limits of a filter allow it."""
    world.create(name="Maria")
    leaves = [
        {"field": "phone", "op": "in", "value": [f"+55119{n:04d}{m:04d}" for m in range(100)]}
        for n in range(100)
    ]
    with world.db.unit_of_work() as uow:
        asker = context.asker(uow.connection, Scope.load(world.admin))
        selection = read_selection(uow.connection, {"filter": {"and": leaves}}, asker=asker)
        began = time.monotonic()
        with pytest.raises(Invalid) as refusal:
            count(uow.connection, asker, selection, budget=running.Budget(0.2))
        assert time.monotonic() - began < 6  # it took eight
        assert uow.connection.execute(text("SELECT 1")).scalar_one() == 1
    assert refusal.value.code == "query_too_expensive"
