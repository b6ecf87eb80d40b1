"""Customers counted by the values of their fields."""

from __future__ import annotations

from typing import Any

import pytest

from services.customers.tests.reporting.counted import aggregated, counts
from services.customers.tests.world import World

Json = dict[str, Any]


@pytest.fixture
def fields(world: World) -> None:
    for field in (
        {"key": "plan", "label": "Plan", "type": "select", "options": ["Gold", "Silver"]},
        {"key": "likes", "label": "Likes", "type": "multiselect", "options": ["Tea", "Rum"]},
        {"key": "score", "label": "Score", "type": "number"},
        {"key": "born", "label": "Born", "type": "date"},
        {"key": "seen", "label": "Seen", "type": "datetime"},
        {"key": "vip", "label": "VIP", "type": "boolean"},
        {"key": "city", "label": "City", "type": "text"},
    ):
        world.service.create_custom_field(world.admin, field)


def test_customers_are_counted_by_a_field(world: World) -> None:
    for status in ("active", "active", "blocked"):
        world.create(status=status)
    assert counts(world, "status") == {"active": 2, "blocked": 1}


@pytest.mark.usefixtures("fields")
def test_every_type_of_field_is_what_people_see(world: World) -> None:
    ana = world.agent("Ana", "Sales")
    custom = {
        "plan": "gold",
        "likes": ["Rum", "Tea"],
        "score": 1.5,
        "born": "1990-02-28",
        "vip": False,
        "seen": "2024-05-01T10:00:00+02:00",
        "city": "Łódź",
    }
    made = world.create(
        email="maria@example.com",
        tags=["vip", "Ärzte"],
        teams=[world.team("Sales")],
        assignee=ana["user_id"],
        custom=custom,
    )
    world.create(name="Caio")
    expected = {
        "name": "Maria Silva",
        "email": "maria@example.com",
        "phone": None,
        "tags": ("vip", "Ärzte"),
        "teams": ("Sales",),
        "assignee": "Ana",
        "status": "active",
        "channel": "manual",
        "created_at": made["created_at"],
    }
    for field, value in expected.items():
        assert counts(world, field)[value] >= 1, field
    expected = {
        "custom.plan": "Gold",
        "custom.likes": ("Rum", "Tea"),
        "custom.score": 1.5,
        "custom.born": "1990-02-28",
        "custom.seen": "2024-05-01T08:00:00.000000Z",
        "custom.vip": False,
        "custom.city": "Łódź",
    }
    for field, value in expected.items():
        assert counts(world, field) == {value: 1, None: 1}, field
    columns = {c["field"]: c for c in aggregated(world, *expected)["frame"]["columns"]}
    assert {name: (c["type"], c["several"], c["label"]) for name, c in columns.items()} == {
        "custom.plan": ("text", False, "Plan"),
        "custom.likes": ("list", True, "Likes"),
        "custom.score": ("number", False, "Score"),
        "custom.born": ("date", False, "Born"),
        "custom.seen": ("datetime", False, "Seen"),
        "custom.vip": ("boolean", False, "VIP"),
        "custom.city": ("text", False, "City"),
    }


def test_whom_it_is_about_is_said_as_for_exports(world: World) -> None:
    made = [world.create(name=name, tags=[name])["id"] for name in ("ana", "bia", "caio")]
    world.merge(made[1], into=made[0])
    filter = {"field": "tags", "op": "any_of", "value": ["ana", "caio"]}
    saved = world.service.create_saved_filter(world.admin, {"name": "Some", "filter": filter})
    for selection, expected in (
        ({}, {"ana", "caio"}),
        ({"ids": [made[1]]}, {"ana"}),
        ({"except": [made[1]]}, {"caio"}),
        ({"q": "caio"}, {"caio"}),
        ({"saved_filter": saved["id"], "except": [made[2]]}, {"ana"}),
    ):
        assert counts(world, "name", selection=selection) == dict.fromkeys(expected, 1), selection


def test_today_is_the_day_that_is_said(world: World) -> None:
    world.create()
    recent = {"filter": {"field": "created_at", "op": "within_last", "value": {"n": 2, "unit": "day"}}}
    assert counts(world, "status", selection=recent) == {"active": 1}
    assert counts(world, "status", selection=recent, as_of="2020-01-01T00:00:00Z") == {}
    told = aggregated(world, "status", as_of="2020-01-01T00:00:00Z")["as_of"]
    assert told == "2020-01-01T00:00:00Z"


def test_agents_are_told_of_their_own_teams_only(world: World) -> None:
    sales, north = world.team("sales"), world.team("north")
    world.create(teams=[sales, north])
    world.create(teams=[sales])
    world.create(teams=[north])
    frame = aggregated(world, "teams", scope=world.agent("ana", "sales"))["frame"]
    assert (frame["rows"], frame["weights"], frame["columns"][0]["values"]) == (1, [2], ["sales"])


def test_one_field_may_be_counted_by_twice(world: World) -> None:
    world.create()
    [(month, year)] = counts(world, ("created_at", "month"), ("created_at", "year"))
    assert (month[:4], month[-2:], year[4:]) == (year[:4], "01", "-01-01")


def test_the_source_is_the_channel(world: World) -> None:
    world.create(channel="whatsapp")
    [column] = aggregated(world, "source")["frame"]["columns"]
    assert (column["field"], column["values"]) == ("source", ["whatsapp"])
