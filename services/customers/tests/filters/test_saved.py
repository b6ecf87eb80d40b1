"""Filters that people keep: whose they are, what they hold, and what becomes of them."""

from __future__ import annotations

from typing import Any

import pytest

from servicekit.errors import Conflict, Forbidden, NotFound, Stale, TooLarge
from servicekit.ids import new_id
from servicekit.scope import Scope
from services.customers.filters import saved
from services.customers.filters.context import asker
from services.customers.tests.filters.test_reading import faults_of
from services.customers.tests.world import World

Json = dict[str, Any]
PLAN = {"key": "plan", "label": "Plan", "type": "select", "options": ["Gold", "Silver"]}


def a_filter(field: str, op: str, value: Any = None) -> Json:
    return {"field": field, "op": op, **({} if value is None else {"value": value})}


def keep(world: World, scope: Json | None = None, /, **data: Any) -> Json:
    return world.service.create_saved_filter(scope or world.admin, {"name": "Mine", **data})


def names(world: World, scope: Json) -> list[str]:
    return [each["name"] for each in world.service.list_saved_filters(scope)["data"]]


def test_a_saved_filter_keeps_all_of_a_list_and_the_zone_it_was_made_in(world: World) -> None:
    team = world.team("sales")
    agent = world.agent("ana", "sales")
    given = {
        "q": "silva",
        "filter": {"and": [a_filter("created_at", "gte", "2026-01-01"), a_filter("assignee", "eq", "me")]},
        "sort": "-last_interaction_at",
        "columns": ["name", "tags", "created_at"],
        "shared_with_team": team,
    }
    made = world.service.create_saved_filter(agent, {"name": "  My  leads ", **given}, "Asia/Tokyo")
    assert {key: made[key] for key in given} == given
    assert (made["name"], made["time_zone"], made["mine"], made["owner"], made["version"]) == (
        "My leads",
        "Asia/Tokyo",
        True,
        agent["user_id"],
        1,
    )
    assert made["problems"] == []
    assert world.service.get_saved_filter(agent, made["id"]) == {
        k: v for k, v in made.items() if k != "replayed"
    }


def test_it_holds_ids_so_that_it_follows_renames(world: World) -> None:
    option = world.service.create_custom_field(world.admin, PLAN)["options"][0]
    world.create(tags=["VIP"])
    [tag] = world.service.list_tags(world.admin)["data"]
    made = keep(
        world,
        filter={"or": [a_filter("tags", "any_of", ["vip"]), {"not": a_filter("custom.plan", "eq", "GOLD")}]},
    )
    assert made["filter"] == {
        "or": [a_filter("tags", "any_of", [tag["id"]]), {"not": a_filter("custom.plan", "eq", option["id"])}]
    }


def test_source_is_another_name_of_channel(world: World) -> None:
    assert keep(world, filter=a_filter("source", "eq", "api"))["filter"] == a_filter("channel", "eq", "api")


def test_an_agent_does_not_learn_that_there_is_a_tag_by_naming_it(world: World) -> None:
    agent = world.agent("ana", "sales")
    world.create(tags=["secret"], teams=[world.team("support")])
    both = [
        keep(world, agent, name=word, filter=a_filter("tags", "any_of", [word]))
        for word in ("secret", "never")
    ]
    shown = [(each["filter"]["value"], each["problems"][0]["code"]) for each in both]
    assert shown == [(["secret"], "unknown_tag"), (["never"], "unknown_tag")]
    world.create(agent, tags=["secret"])
    assert world.service.get_saved_filter(agent, both[0]["id"])["problems"] == []


def test_it_is_seen_by_its_owner_and_the_team_it_is_shared_with(world: World) -> None:
    ana, bia = world.agent("ana", "sales"), world.agent("bia", "sales", "support")
    caio, sales = world.agent("caio", "support"), world.team("sales")
    keep(world, ana, name="Private")
    shared = keep(world, ana, name="Shared", shared_with_team=sales)
    keep(world, bia, name="Other", shared_with_team=world.team("support"))
    assert names(world, ana) == ["Private", "Shared"]
    assert names(world, bia) == ["Other", "Shared"]
    assert names(world, caio) == ["Other"]
    assert names(world, world.admin) == ["Other", "Shared"]
    assert world.service.get_saved_filter(bia, shared["id"])["mine"] is False
    for unknown in (shared["id"], str(new_id()), "no id"):
        with pytest.raises(NotFound) as refused:
            world.service.get_saved_filter(caio, unknown)
        assert refused.value.args == ("saved_filter_not_found", {})


def test_only_its_owner_and_administrators_change_it(world: World) -> None:
    ana, bia = world.agent("ana", "sales"), world.agent("bia", "sales")
    shared = keep(world, ana, shared_with_team=world.team("sales"))
    with pytest.raises(Forbidden):
        world.service.update_saved_filter(bia, shared["id"], {"name": "Ours"})
    with pytest.raises(Forbidden):
        world.service.delete_saved_filter(bia, shared["id"])
    assert world.service.update_saved_filter(world.admin, shared["id"], {"name": "Ours"})["version"] == 2
    world.service.delete_saved_filter(ana, shared["id"], 2)
    assert names(world, bia) == []


def test_it_is_shared_only_with_a_team_one_is_in(world: World) -> None:
    agent, other = world.agent("ana", "sales"), world.team("support")
    for team in (other, str(new_id()), 7):
        assert faults_of(lambda team=team: keep(world, agent, shared_with_team=team)) == [
            ("/shared_with_team", "unknown_team")
        ]
    assert keep(world, shared_with_team=other)["shared_with_team"] == other


def test_a_name_is_used_once_by_each_owner(world: World) -> None:
    agent, first = world.agent("ana"), keep(world, name="Ação")
    with pytest.raises(Conflict) as refused:
        keep(world, name="ACAO")
    assert refused.value.args == (
        "filter_exists",
        {"saved_filter": {"id": first["id"], "name": "Ação"}},
    )
    other = keep(world, name="Other")
    with pytest.raises(Conflict):
        world.service.update_saved_filter(world.admin, other["id"], {"name": "acao"})
    assert keep(world, agent, name="Ação")["name"] == "Ação"
    assert world.service.update_saved_filter(world.admin, first["id"], {"name": "AÇÃO"})["version"] == 2


def test_a_stale_change_is_answered_with_the_filter_as_it_is(world: World) -> None:
    made = keep(world)
    changed = world.service.update_saved_filter(world.admin, made["id"], {"q": "ana"}, 1)
    for call in (world.service.update_saved_filter, world.service.delete_saved_filter):
        with pytest.raises(Stale) as refused:
            call(
                world.admin,
                made["id"],
                *([{"q": "bia"}] if call == world.service.update_saved_filter else []),
                1,
            )
        assert refused.value.payload["current"]["q"] == changed["q"] == "ana"


def test_a_repeated_request_makes_one_filter(world: World) -> None:
    key = {"key": "k" * 16, "hash": "h"}
    made = world.service.create_saved_filter(world.admin, {"name": "Once"}, None, key)
    again = world.service.create_saved_filter(world.admin, {"name": "Once"}, None, key)
    assert (made.pop("replayed"), again.pop("replayed")) == (False, True)
    assert made == again


def test_everything_wrong_with_it_is_told(world: World) -> None:
    told = faults_of(
        lambda: keep(
            world, name=" ", sort="phone", columns=["name", "nope"], colour="red", shared_with_team="x"
        )
    )
    assert sorted(told) == [
        ("/colour", "unknown_property"),
        ("/columns/1", "unknown_field"),
        ("/name", "required"),
        ("/shared_with_team", "unknown_team"),
        ("/sort", "unknown_sort"),
    ]
    assert faults_of(lambda: keep(world, q="a\x00")) == [("/q", "invalid_query")]
    assert faults_of(lambda: keep(world, filter={"and": [a_filter("name", "eq", "x"), {}]})) == [
        ("/filter/and/1/field", "required")
    ]


def test_there_are_at_most_two_hundred(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.customers.filters.domain.saved.MAX_KEPT", 2)
    for name in "ab":
        keep(world, name=name)
    with pytest.raises(TooLarge):
        keep(world, name="c")


def test_what_somebody_shares_never_makes_the_list_too_large_for_others(world: World) -> None:
    names = [f"tag {n}" for n in range(100)]
    leaf = a_filter("tags", "any_of", names)
    large = {"or": [leaf] * 50}
    assert faults_of(lambda: keep(world, filter=large)) == [("/filter", "too_long")]
    kept = keep(world, filter={"or": [leaf] * 20}, shared_with_team=world.team("sales"))
    assert len(kept["problems"]) == 20
    page = world.service.list_customers(world.agent("ana", "sales"), saved_filter=kept["id"])
    assert len(page["warnings"]) == 20


def test_pages_go_by_name(world: World) -> None:
    for name in ("b", "Á", "c"):
        keep(world, name=name)
    first = world.service.list_saved_filters(world.admin, 2)
    rest = world.service.list_saved_filters(world.admin, 2, first["next"])
    assert [each["name"] for each in first["data"] + rest["data"]] == ["Á", "b", "c"]
    assert rest["next"] is None


def test_it_says_what_went_out_of_use_and_finds_as_before(world: World) -> None:
    """Archived fields and options still mean what they did; a deleted tag and a lost team are nobody's."""
    world.service.create_custom_field(world.admin, PLAN)
    team = world.team("sales")
    customer = world.create(tags=["gone"], teams=[team], custom={"plan": "Silver"})
    made = keep(
        world,
        filter={
            "or": [a_filter("custom.plan", "in", ["Gold", "Silver"]), a_filter("tags", "any_of", ["gone"])]
        },
        columns=["name", "custom.plan"],
    )
    [tag] = world.service.list_tags(world.admin)["data"]
    world.service.delete_tag(world.admin, tag["id"])
    world.run("UPDATE custom_option SET archived_at = now() WHERE label = 'Silver'")
    world.service.archive_custom_field(world.admin, "plan", 1)
    told = world.service.get_saved_filter(world.admin, made["id"])["problems"]
    assert [(each["pointer"], each["code"]) for each in told] == [
        ("/filter/or/0/field", "field_archived"),
        ("/filter/or/0/value/1", "option_archived"),
        ("/filter/or/1/value/0", "unknown_tag"),
        ("/columns/1", "field_archived"),
    ]
    applied = apply(world, world.admin, made["id"])
    assert applied.filter is not None
    assert applied.warnings[0]["pointer"] == "/saved_filter/filter/or/0/field"
    assert customer["tags"] == ["gone"]


def test_an_unknown_saved_filter_is_a_fault_of_the_question(world: World) -> None:
    private = keep(world)
    agent = world.agent("ana")
    for unknown in (private["id"], str(new_id()), "x", 7, None):
        assert faults_of(lambda unknown=unknown: apply(world, agent, unknown)) == [
            ("/saved_filter", "unknown_saved_filter")
        ]


def apply(world: World, scope: Json, filter_id: Any) -> saved.Applied:
    with world.db.reading() as connection:
        return saved.apply(connection, filter_id, asker=asker(connection, Scope.load(scope)))
