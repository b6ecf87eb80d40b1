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
