"""Reading customers: who sees whom, what is hidden, pages and counts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from servicekit.errors import Forbidden, Invalid, NotFound
from servicekit.ids import new_id
from servicekit.scope import CONNECTOR, Scope
from services.customers.cursors import Cursor
from services.customers.tests.registry.test_creating import codes
from services.customers.tests.world import World

Json = dict[str, Any]
SORTS = ["name", "created_at", "updated_at", "last_interaction_at"]


def a_cursor(sort: str, value: str | None) -> str:
    """One that nobody was given."""
    return Cursor(sort, value, new_id()).dump()


def everybody(world: World, scope: Json, *, limit: int, **options: Any) -> list[Json]:
    found, cursor = [], None
    while True:
        page = world.service.list_customers(scope, limit, cursor, **options)
        assert len(page["data"]) <= limit
        found += page["data"]
        cursor = page["next"]
        if cursor is None:
            return found


def test_agents_see_their_teams_customers_and_of_their_teams_only_their_own(world: World) -> None:
    sales, support = world.team("sales"), world.team("support")
    agent = world.agent("ana", "sales")
    shared = world.create(name="Shared", teams=[sales, support])
    world.create(name="Theirs", teams=[support])
    world.create(name="Nobody's")
    listed = world.service.list_customers(agent, include_total=True)
    assert [(c["id"], c["teams"]) for c in listed["data"]] == [(shared["id"], [sales])]
    assert listed["total"] == {"value": 1, "relation": "eq"}
    assert world.get(shared["id"], agent)["teams"] == [sales]
    assert world.service.list_customers(world.admin, include_total=True)["total"]["value"] == 3


def test_an_id_may_be_written_in_capitals_or_without_dashes(world: World) -> None:
    customer = world.create()
    assert world.get(customer["id"].upper()) == world.get(customer["id"].replace("-", "")) == customer


def test_nobody_without_a_team_sees_anybody(world: World) -> None:
    customer = world.create()
    loner = world.agent("ben")
    assert world.service.list_customers(loner)["data"] == []
    assert world.service.visible(loner, [customer["id"]]) == {}
    with pytest.raises(NotFound):
        world.get(customer["id"], loner)


def test_connectors_see_nobody(world: World) -> None:
    scope = Scope(world.admin["user_id"], CONNECTOR, frozenset({world.team("sales")})).dump()
    for call in (
        lambda: world.service.list_customers(scope),
        lambda: world.service.create_customer(scope, {"name": "A"}),
    ):
        with pytest.raises(Forbidden):
            call()


def test_hidden_contact_data_is_absent_and_named(world: World) -> None:
    world.set(hide_contact_data=True)
    agent = world.agent("ana", "sales")
    customer = world.create(agent, email="a@x.com", phone="11987654321")
    assert customer["masked"] == ["email", "phone", "whatsapp", "contact_points"]
    assert customer.keys().isdisjoint({"email", "phone", "whatsapp", "contact_points"})
    assert "987654321" not in str(world.service.list_customers(agent))
    assert world.get(customer["id"])["phone"] == "+5511987654321"


@pytest.mark.parametrize("sort", [*SORTS, *(f"-{sort}" for sort in SORTS)])
def test_pages_hold_everybody_once_in_order_with_empties_last(world: World, sort: str) -> None:
    for number in range(11):
        customer = world.create(name=["Ána", "ana", "Zé", "bob"][number % 4])
        if number % 3:
            world.run(
                """UPDATE customer_activity SET last_at = now() - make_interval(days => :n)
                   WHERE customer_id = :id""",
                n=number % 4,
                id=customer["id"],
            )
    whole = world.service.list_customers(world.admin, 200, sort=sort)["data"]
    assert len(whole) == 11
    keys = [c[sort.removeprefix("-")] for c in whole]
    given = [key for key in keys if key is not None]
    assert keys == given + [None] * (len(keys) - len(given))
    if sort.removeprefix("-") != "name":
        # As moments: written as text, a trailing zero of the fraction falls away.
        moments = [datetime.fromisoformat(moment) for moment in given]
        assert moments == sorted(moments, reverse=sort.startswith("-"))
    for limit in (1, 2, 3, 11):
        assert everybody(world, world.admin, limit=limit, sort=sort) == whole


def test_names_sort_without_case_and_accents(world: World) -> None:
    for name in ("bob", "Ána", "ana b", "Zé"):
        world.create(name=name)
    listed = world.service.list_customers(world.admin, sort="name")["data"]
    assert [customer["name"] for customer in listed] == ["Ána", "ana b", "bob", "Zé"]


@pytest.mark.parametrize(
    ("arguments", "pointer"),
    [
        ({"limit": 0}, "/limit"),
        ({"limit": 201}, "/limit"),
        ({"limit": "5"}, "/limit"),
        ({"sort": "id"}, "/sort"),
        ({"cursor": "????"}, "/cursor"),
        ({"cursor": "e30"}, "/cursor"),
        ({"cursor": a_cursor("-created_at", "garbage")}, "/cursor"),
        ({"cursor": a_cursor("-created_at", "0001-01-01T00:00:00+23:59")}, "/cursor"),
        ({"cursor": a_cursor("-created_at", "2026-01-01T00:00:00")}, "/cursor"),
        ({"cursor": a_cursor("-created_at", None)}, "/cursor"),
        ({"cursor": a_cursor("-last_interaction_at", "now"), "sort": "-last_interaction_at"}, "/cursor"),
    ],
)
def test_wrong_arguments_are_named(world: World, arguments: Json, pointer: str) -> None:
    with pytest.raises(Invalid) as refusal:
        world.service.list_customers(world.admin, **arguments)
    assert set(codes(refusal.value)) == {pointer}


def test_the_longest_names_have_cursors_that_work(world: World) -> None:
    # Each of these letters folds to eighteen.
    names = ["\ufdfa" * 199 + letter for letter in "abc"]
    for name in names:
        world.create(name=name)
    assert [customer["name"] for customer in everybody(world, world.admin, limit=1, sort="name")] == names


def test_a_cursor_belongs_to_its_order(world: World) -> None:
    for _ in range(2):
        world.create()
    cursor = world.service.list_customers(world.admin, 1)["next"]
    with pytest.raises(Invalid):
        world.service.list_customers(world.admin, 1, cursor, sort="name")


def test_visible_tells_of_whom_an_id_is_part_and_all_its_records(world: World) -> None:
    agent = world.agent("ana", "sales")
    survivor, absorbed, hidden = world.create(agent), world.create(), world.create()
    world.merge(absorbed["id"], into=survivor["id"])
    asked = [survivor["id"], absorbed["id"], hidden["id"], "nonsense", None]
    told = {"id": survivor["id"], "members": [survivor["id"], absorbed["id"]]}
    assert world.service.visible(agent, asked) == {survivor["id"]: told, absorbed["id"]: told}


def test_tags_are_listed_by_name_and_only_those_one_can_meet(world: World) -> None:
    agent = world.agent("ana", "sales")
    world.create(agent, tags=["b", "Á"])
    world.create(tags=["secret", "b"])
    page = world.service.list_tags(agent, 1)
    rest = world.service.list_tags(agent, 1, page["next"])
    assert [tag["name"] for tag in (*page["data"], *rest["data"])] == ["Á", "b"]
    assert rest["next"] is None
    assert [tag["name"] for tag in world.service.list_tags(world.admin)["data"]] == ["Á", "b", "secret"]


def test_custom_values_are_written_by_label_or_id_and_shown_with_both(world: World) -> None:
    world.service.create_custom_field(
        world.admin, {"key": "plan", "label": "Plan", "type": "select", "options": [{"label": "Gold"}]}
    )
    world.service.create_custom_field(world.admin, {"key": "age", "label": "Age", "type": "number"})
    customer = world.create(custom={"plan": "gold", "age": 7})
    assert customer["custom"]["plan"]["label"] == "Gold"
    assert world.update(customer["id"], custom={"age": None})["custom"].keys() == {"plan"}
    with pytest.raises(Invalid) as refusal:
        world.update(customer["id"], custom={"plan": "Silver", "nope": 1})
    assert codes(refusal.value) == {"/custom/plan": "unknown_option", "/custom/nope": "unknown_field"}


def test_the_teams_of_visible_customers_are_told_to_who_asks_for_them(world: World) -> None:
    sales, support = world.team("sales"), world.team("support")
    customer = world.create(teams=[sales, support])["id"]
    told = {"id": customer, "members": [customer]}
    ask = world.service.visible
    assert ask(world.admin, [customer]) == {customer: told}
    assert ask(world.admin, [customer], with_teams=True) == {
        customer: {**told, "teams": sorted([sales, support])}
    }
    assert ask(world.agent("ana", "sales"), [customer], with_teams=True) == {
        customer: {**told, "teams": [sales]}
    }
    assert ask(world.agent("ben", "legal"), [customer], with_teams=True) == {}
