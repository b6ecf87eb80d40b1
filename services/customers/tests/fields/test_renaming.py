"""Options renamed, joined and archived while customers have them: nothing is rewritten, all follow."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from servicekit.clock import utc_now
from servicekit.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from servicekit.ids import new_id
from services.customers.tests.world import World

PLAN = {"key": "plan", "label": "Plan", "type": "select", "options": ["Gold", "Silver", "Bronze"]}


@pytest.fixture
def plan(world: World) -> dict:
    return world.service.create_custom_field(world.admin, PLAN)


def option(world: World, label: str, key: str = "plan") -> str:
    options = world.service.get_custom_field(world.admin, key)["options"]
    return next(each["id"] for each in options if each["label"] == label)


def change(world: World, name: str, key: str = "plan", /, *, dry_run: bool = False, **patch) -> dict:
    version = world.service.get_custom_field(world.admin, key)["version"]
    return world.service.update_option(
        world.admin, key, option(world, name, key), patch, version, dry_run=dry_run
    )


def shown(world: World, customer: dict) -> str:
    return world.get(customer["id"])["custom"]["plan"]["label"]


def keep_filter(world: World, name: str, holds: str, *, owner: dict | None = None, team: str | None = None):
    world.run(
        """INSERT INTO saved_filter (id, owner_id, shared_team_id, name, name_folded, filter, time_zone,
                                     created_at, updated_at)
           VALUES (:id, :owner, :team, :name, :name, CAST(:filter AS jsonb), 'UTC', :at, :at)""",
        id=new_id(),
        owner=UUID((owner or world.admin)["user_id"]),
        team=team and UUID(team),
        name=name,
        filter=json.dumps({"and": [{"field": "custom.plan", "op": "in", "value": [holds]}]}),
        at=utc_now(),
    )


def test_a_rename_reaches_every_customer_and_counts_the_live_ones(world: World, plan) -> None:
    customers = [world.create(custom={"plan": "gold"}) for _ in range(3)]
    world.create(custom={"plan": "silver"})
    world.service.delete_customer(world.admin, customers[2]["id"])
    answer = change(world, "Gold", label="Ouro")
    assert (answer["affected"], answer["warnings"], answer["field"]["version"]) == (2, [], 2)
    assert answer["field"] == world.service.get_custom_field(world.admin, "plan")
    assert [shown(world, customer) for customer in customers[:2]] == ["Ouro", "Ouro"]
    assert world.get(customers[0]["id"])["version"] == 1
    [event] = world.events("custom_field.option_renamed.v1")
    assert event["data"] == {
        "field": "plan",
        "option": option(world, "Ouro"),
        "previous_label": "Gold",
        "label": "Ouro",
        "joined_to": None,
    }


def test_a_dry_run_tells_all_and_changes_nothing(world: World, plan) -> None:
    world.create(custom={"plan": "gold"})
    keep_filter(world, "golden", option(world, "Gold"))
    answer = change(world, "Gold", dry_run=True, label="Ouro")
    warning = {"kind": "saved_filter", "name": "golden", "follows": True}
    assert answer == {"affected": 1, "warnings": [warning], "field": plan}
    assert world.service.get_custom_field(world.admin, "plan") == plan
    assert world.events("custom_field.option_renamed.v1") == []
    with pytest.raises(Conflict):
        change(world, "Gold", dry_run=True, label="silver")


def test_warnings_name_the_filters_that_one_may_see(world: World, plan) -> None:
    agent, gold = world.agent("ana", "sales"), option(world, "Gold")
    keep_filter(world, "mine", gold)
    keep_filter(world, "shared", gold, owner=agent, team=world.team("sales"))
    keep_filter(world, "somebody's own", gold, owner=agent)
    keep_filter(world, "of silver", option(world, "Silver"))
    assert [w["name"] for w in change(world, "Gold", label="Ouro")["warnings"]] == ["mine", "shared"]
    assert [w["name"] for w in change(world, "Ouro", merge_into=option(world, "Silver"))["warnings"]] == [
        "mine",
        "shared",
    ]
    assert [w["name"] for w in change(world, "Silver", label="Prata")["warnings"]] == [
        "mine",
        "of silver",
        "shared",
    ]


def test_the_second_of_two_is_shown_the_first_ones_change(world: World, plan) -> None:
    now = change(world, "Gold", label="Ouro")["field"]
    for dry_run in (False, True):
        with pytest.raises(Stale) as refused:
            world.service.update_option(
                world.admin, "plan", option(world, "Ouro"), {"label": "Or"}, 1, dry_run
            )
        assert refused.value.payload["current"] == now


def test_a_joined_option_is_the_other_one_for_all_its_customers(world: World, plan) -> None:
    golden, silver = world.create(custom={"plan": "gold"}), world.create(custom={"plan": "silver"})
    answer = change(world, "Gold", merge_into=option(world, "Silver"))
    assert answer["affected"] == 1
    assert [o["label"] for o in answer["field"]["options"]] == ["Silver", "Bronze"]
    assert (shown(world, golden), shown(world, silver)) == ("Silver", "Silver")
    assert change(world, "Silver", label="Prata")["affected"] == 2
    assert shown(world, golden) == "Prata"
    joined, renamed = world.events("custom_field.option_renamed.v1")
    assert (joined["data"]["label"], joined["data"]["joined_to"]) == ("Silver", option(world, "Prata"))
    assert renamed["data"]["joined_to"] is None


def test_the_label_of_a_joined_option_goes_on_meaning_the_survivor(world: World, plan) -> None:
    golden = world.create(custom={"plan": "gold"})
    gold, silver = option(world, "Gold"), option(world, "Silver")
    change(world, "Gold", merge_into=silver)
    assert world.create(custom={"plan": "GOLD"})["custom"]["plan"]["id"] == silver
    assert world.create(custom={"plan": gold})["custom"]["plan"]["id"] == silver
    assert world.update(golden["id"], custom={"plan": "gold"})["version"] == golden["version"]
    with pytest.raises(Conflict) as refused:
        world.service.add_option(world.admin, "plan", {"label": "Góld"}, 2)
    assert refused.value.payload["option"]["label"] == "Silver"
    with pytest.raises(NotFound):
        world.service.update_option(world.admin, "plan", gold, {"label": "x"}, 2)
    assert change(world, "Silver", label="Gold")["field"]["options"][0]["label"] == "Gold"
    assert world.create(custom={"plan": "silver"})["custom"]["plan"]["label"] == "Gold"


def test_a_customer_with_both_options_shows_the_survivor_once(world: World) -> None:
    field = {"key": "likes", "label": "Likes", "type": "multiselect", "options": ["Tea", "Chá", "Coffee"]}
    world.service.create_custom_field(world.admin, field)
    customer = world.create(custom={"likes": ["tea", "chá"]})
    change(world, "Chá", "likes", merge_into=option(world, "Tea", "likes"))
    assert [o["label"] for o in world.get(customer["id"])["custom"]["likes"]] == ["Tea"]
    world.update(customer["id"], custom={"likes": ["cha", "coffee"]})
    assert world.rows("SELECT opt_ids FROM customer") == [([1, 3],)]


def test_an_archived_option_stays_with_its_customers_and_comes_back(world: World, plan) -> None:
    customer = world.create(custom={"plan": "gold"})
    gold = option(world, "Gold")
    archived = world.service.archive_option(world.admin, "plan", gold, 1)
    assert (archived["affected"], archived["field"]["options"][0]["archived"]) == (1, True)
    assert world.service.archive_option(world.admin, "plan", gold, 2)["field"]["version"] == 2
    assert shown(world, customer) == "Gold"
    assert world.update(customer["id"], custom={"plan": "gold"})["version"] == 1
    with pytest.raises(Invalid):
        world.create(custom={"plan": "gold"})
    change(world, "Gold", archived=False)
    assert world.create(custom={"plan": "gold"})["custom"]["plan"]["label"] == "Gold"


def test_options_are_put_in_order(world: World, plan) -> None:
    answer = change(world, "Bronze", position=0)
    assert [o["label"] for o in answer["field"]["options"]] == ["Bronze", "Gold", "Silver"]
    assert world.service.list_options(world.admin, "plan")["data"] == answer["field"]["options"]


def test_values_of_an_archived_field_survive_every_change_of_the_customer(world: World, plan) -> None:
    world.service.create_custom_field(world.admin, {"key": "age", "label": "Age", "type": "number"})
    customer = world.create(custom={"plan": "gold", "age": 7})
    for key in ("plan", "age"):
        world.service.archive_custom_field(world.admin, key, 1)
    assert world.update(customer["id"], name="Other")["custom"] == {}
    for key in ("plan", "age"):
        world.service.unarchive_custom_field(world.admin, key, 2)
    custom = world.get(customer["id"])["custom"]
    assert (custom["plan"]["label"], custom["age"]) == ("Gold", 7)


def test_only_administrators_change_options(world: World, plan) -> None:
    agent = world.agent("ana", "sales")
    for call in (
        lambda: world.service.update_option(agent, "plan", option(world, "Gold"), {"label": "x"}, 1),
        lambda: world.service.archive_option(agent, "plan", option(world, "Gold"), 1),
    ):
        with pytest.raises(Forbidden):
            call()
