"""Filters where they are used: in lists, with searches, counts and saved filters."""

from __future__ import annotations

from typing import Any

from servicekit.ids import new_id
from services.customers.tests.filters.test_reading import faults_of
from services.customers.tests.filters.test_saved import a_filter, keep
from services.customers.tests.world import World

Json = dict[str, Any]


def names(world: World, scope: Json | None = None, **asked: Any) -> list[str]:
    page = world.service.list_customers(scope or world.admin, sort="name", **asked)
    return [customer["name"] for customer in page["data"]]


def test_a_filter_narrows_a_list_and_its_count(world: World) -> None:
    for name, tags in (("Ana", ["vip"]), ("Bia", ["vip", "new"]), ("Caio", [])):
        world.create(name=name, tags=tags)
    vips = a_filter("tags", "any_of", ["VIP"])
    page = world.service.list_customers(world.admin, 1, sort="name", filter=vips, include_total=True)
    rest = world.service.list_customers(world.admin, 1, page["next"], sort="name", filter=vips)
    assert [page["data"][0]["name"], rest["data"][0]["name"], rest["next"]] == ["Ana", "Bia", None]
    assert page["total"] == {"value": 2, "relation": "eq"}
    assert names(world, filter={"not": vips}) == ["Caio"]


def test_a_search_a_filter_and_a_saved_filter_narrow_together(world: World) -> None:
    for name, tags, status in (
        ("Ana", ["vip"], "active"),
        ("Anita", ["vip"], "blocked"),
        ("Bia", ["vip"], "active"),
    ):
        world.create(name=name, tags=tags, status=status)
    saved = keep(world, filter=a_filter("tags", "any_of", ["vip"]), q="bia")["id"]
    assert names(world, saved_filter=saved) == ["Bia"]
    assert names(world, saved_filter=saved, q="an") == ["Ana", "Anita"]
    active = a_filter("status", "eq", "active")
    assert names(world, saved_filter=saved, q="an", filter=active) == ["Ana"]


def test_a_shared_filter_shows_each_caller_their_own_customers(world: World) -> None:
    ana, bia = world.agent("ana", "sales"), world.agent("bia", "sales", "support")
    world.create(name="Sold", teams=[world.team("sales")], assignee=ana["user_id"])
    world.create(name="Helped", teams=[world.team("support")], assignee=bia["user_id"])
    shared = keep(world, filter=a_filter("assignee", "eq", "me"), shared_with_team=world.team("sales"))["id"]
    assert names(world, ana, saved_filter=shared) == ["Sold"]
    assert names(world, bia, saved_filter=shared) == ["Helped"]
    assert names(world, saved_filter=shared) == []


def test_an_agent_cannot_ask_who_is_in_another_team(world: World) -> None:
    agent, sales, support = world.agent("ana", "sales"), world.team("sales"), world.team("support")
    world.create(name="Both", teams=[sales, support])
    for unknown in (support, str(new_id())):
        assert faults_of(
            lambda team=unknown: names(world, agent, filter=a_filter("teams", "any_of", [team]))
        ) == [("/filter/value/0", "unknown_team")]
    shared = keep(world, filter=a_filter("teams", "all_of", [sales, support]), shared_with_team=sales)["id"]
    assert names(world, saved_filter=shared) == ["Both"]
    page = world.service.list_customers(agent, saved_filter=shared, include_total=True)
    assert (page["data"], page["total"]["value"], page["warnings"][0]["code"]) == ([], 0, "unknown_team")


def test_a_team_or_a_user_of_this_moment_is_asked_for(world: World) -> None:
    """Their event has not arrived: nobody needs to wait for it."""
    world.create(name="Ana")
    fresh = world.unheard_of_team("fresh")
    assert names(world, filter=a_filter("teams", "none_of", [fresh])) == ["Ana"]
    newer = world.unheard_of_team("newer")
    shared = {"saved_filter": keep(world, filter=a_filter("teams", "any_of", [newer]))["id"]}
    assert names(world, **shared) == []
    assert faults_of(lambda: names(world, filter=a_filter("assignee", "eq", str(new_id())))) == [
        ("/filter/value", "unknown_user")
    ]


def test_days_are_those_of_whoever_asks_and_of_a_saved_filter(world: World) -> None:
    customer = world.create(name="Late")
    world.run(
        "UPDATE customer SET created_at = '2026-06-02T01:00Z' WHERE id = CAST(:id AS uuid)", id=customer["id"]
    )
    on_the_first = a_filter("created_at", "eq", "2026-06-01")
    assert names(world, filter=on_the_first) == []
    assert names(world, filter=on_the_first, time_zone="America/Sao_Paulo") == ["Late"]
    world.set(time_zone="America/Sao_Paulo")
    assert names(world, filter=on_the_first) == ["Late"]
    there = world.service.create_saved_filter(world.admin, {"name": "UTC", "filter": on_the_first}, "UTC")
    assert names(world, saved_filter=there["id"]) == []
    assert faults_of(lambda: names(world, time_zone="Mars/Olympus")) == [("/time_zone", "unknown_time_zone")]


def test_what_was_heard_last_is_filtered_in_its_own_order_as_in_any_other(world: World) -> None:
    for name, days_ago in (("Old", 400), ("New", 1), ("Older", 700)):
        world.run(
            "UPDATE customer_activity SET last_at = now() - make_interval(days => :days) "
            "WHERE customer_id = :id",
            id=world.create(name=name)["id"],
            days=days_ago,
        )
    world.create(name="Silent")
    long_ago = a_filter("last_interaction_at", "older_than", {"n": 1, "unit": "year"})
    for asked in (long_ago, {"not": long_ago}, a_filter("last_interaction_at", "is_not_set")):
        by_activity = world.service.list_customers(world.admin, sort="-last_interaction_at", filter=asked)
        assert sorted(it["name"] for it in by_activity["data"]) == names(world, filter=asked)
    latest_first = world.service.list_customers(world.admin, sort="-last_interaction_at", filter=long_ago)
    assert [it["name"] for it in latest_first["data"]] == ["Old", "Older"]


def test_deleted_customers_are_filtered_too(world: World) -> None:
    for name, phone in (("Gone", "11987654321"), ("Lost", "11987650000")):
        world.service.delete_customer(world.admin, world.create(name=name, phone=phone)["id"])
    assert names(world, deleted=True, filter=a_filter("phone", "contains", "4321")) == ["Gone"]
    assert names(world, deleted=True, filter=a_filter("name", "starts_with", "lo")) == ["Lost"]


def test_the_filter_schema_lists_what_one_may_use(world: World) -> None:
    made = world.service.create_custom_field(
        world.admin, {"key": "plan", "label": "Plan", "type": "select", "options": ["Gold"]}
    )
    world.service.create_custom_field(world.admin, {"key": "old", "label": "Old", "type": "number"})
    world.service.archive_custom_field(world.admin, "old", 1)
    agent, sales = world.agent("ana", "sales"), world.team("sales")
    world.team("support")
    schema = {field["field"]: field for field in world.service.filter_schema(agent)["fields"]}
    assert [option["id"] for option in schema["custom.plan"]["options"]] == [made["options"][0]["id"]]
    assert [option["id"] for option in schema["teams"]["options"]] == [sales]
    assert schema["created_at"]["sortable"] is True
    assert "custom.old" not in schema
    world.set(hide_contact_data=True)
    hidden = {field["field"] for field in world.service.filter_schema(agent)["fields"]}
    assert schema.keys() - hidden == {"email", "phone", "whatsapp"}
