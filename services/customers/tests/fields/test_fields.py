"""Custom fields through the service: definitions, options, and how two changes meet."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from servicekit.errors import Conflict, Forbidden, NotFound, Stale
from services.customers import configuration

PLAN = {"key": "plan", "label": "Plan", "type": "select", "options": ["Gold", {"label": "Silver"}]}


def test_a_field_is_made_with_its_options_and_seen_by_the_next_call(world):
    made = world.service.create_custom_field(world.admin, PLAN)
    assert (made["version"], [option["label"] for option in made["options"]]) == (1, ["Gold", "Silver"])
    assert world.service.get_custom_field(world.agent("bia"), "plan") == made
    with world.db.reading() as connection:
        assert configuration.current(connection).fields.by_key["plan"].label == "Plan"


def test_a_customer_holds_an_option_and_keeps_it_when_it_is_archived(world):
    world.service.create_custom_field(world.admin, PLAN)
    customer = world.create(custom={"plan": "silver"})
    assert customer["custom"]["plan"]["label"] == "Silver"
    world.service.archive_custom_field(world.admin, "plan", 1)
    assert world.get(customer["id"])["custom"] == {}
    assert world.service.list_custom_fields(world.admin)["data"] == []
    [kept] = world.service.list_custom_fields(world.admin, archived=True)["data"]
    assert (kept["archived"], kept["version"]) == (True, 2)
    world.service.unarchive_custom_field(world.admin, "plan", 2)
    assert world.get(customer["id"])["custom"]["plan"]["label"] == "Silver"


def test_an_equal_label_is_refused_and_a_new_one_counts_a_version(world):
    world.service.create_custom_field(world.admin, PLAN)
    with pytest.raises(Conflict) as refused:
        world.service.add_option(world.admin, "plan", {"label": "GÓLD"}, 1)
    assert refused.value.code == "option_exists"
    field = world.service.add_option(world.admin, "plan", {"label": "Bronze", "colour": "#CD7F32"}, 1)
    assert field["version"] == 2
    assert field["options"][-1] | {"id": ""} == {
        "id": "",
        "label": "Bronze",
        "colour": "#cd7f32",
        "position": 2,
        "archived": False,
    }
    assert world.service.list_options(world.admin, "plan") == {"data": field["options"], "version": 2}


def test_a_stale_change_is_told_the_present_field(world):
    world.service.create_custom_field(world.admin, PLAN)
    current = world.service.update_custom_field(world.admin, "plan", {"label": "Tariff"}, 1)
    for change in (
        lambda: world.service.update_custom_field(world.admin, "plan", {"label": "Rate"}, 1),
        lambda: world.service.add_option(world.admin, "plan", {"label": "Bronze"}, 1),
        lambda: world.service.archive_custom_field(world.admin, "plan", 1),
    ):
        with pytest.raises(Stale) as refused:
            change()
        assert refused.value.payload["current"] == current


def test_of_two_changes_at_once_one_is_told_of_the_other(world):
    world.service.create_custom_field(world.admin, PLAN)

    def add(label: str) -> str:
        try:
            world.service.add_option(world.admin, "plan", {"label": label}, 1)
        except Stale:
            return "stale"
        return "added"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(add, [f"option {number}" for number in range(8)]))
    assert sorted(outcomes) == ["added"] + ["stale"] * 7


def test_one_key_made_twice_at_once_is_made_once(world):
    def make(_: int) -> str:
        try:
            world.service.create_custom_field(world.admin, PLAN)
        except Conflict as refused:
            return refused.code
        return "made"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(make, range(4))) == ["field_exists"] * 3 + ["made"]


def test_only_administrators_define_fields(world):
    agent = world.agent("bia", "sales")
    world.service.create_custom_field(world.admin, PLAN)
    for call in (
        lambda: world.service.create_custom_field(agent, PLAN),
        lambda: world.service.update_custom_field(agent, "plan", {}, 1),
        lambda: world.service.archive_custom_field(agent, "plan", 1),
        lambda: world.service.unarchive_custom_field(agent, "plan", 1),
        lambda: world.service.add_option(agent, "plan", {"label": "x"}, 1),
    ):
        with pytest.raises(Forbidden):
            call()


def test_an_unknown_key_is_not_found(world):
    with pytest.raises(NotFound):
        world.service.get_custom_field(world.admin, "nothing")
    with pytest.raises(NotFound):
        world.service.update_custom_field(world.admin, "nothing", {}, 1)
