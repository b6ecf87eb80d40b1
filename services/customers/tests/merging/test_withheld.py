"""What a survivor's history tells agents of somebody who was taken apart from it again: nothing."""

from __future__ import annotations

from typing import Any

import pytest

from services.customers.tests.merging.doing import in_two_teams, merge, undo
from services.customers.tests.world import World

Json = dict[str, Any]
PHONE = "+5511987654321"


def told(world: World, customer: Json, scope: Json) -> list[Json]:
    return world.service.list_history(scope, customer["id"], kinds=["change"], limit=50)["data"]


@pytest.fixture
def parted(world: World) -> tuple[Json, Json]:
    """Ana of Sales and Bia of Support, who were one while somebody worked at them."""
    field = {"key": "note", "label": "Note", "type": "text"}
    world.service.create_custom_field(world.admin, field)
    ana, bia = in_two_teams(world)
    world.update(ana["id"], status="inactive")
    world.update(bia["id"], custom={"note": "of Bia"})
    merged = merge(world, ana, bia, values={"name": "Bia"})
    world.update(ana["id"], custom={"note": "of both"}, phone="+5511987654322", name="Ana Bia")
    world.update(ana["id"], status="blocked")
    undo(world, merged)
    return ana, bia


def test_agents_see_that_something_changed_and_nothing_of_the_other(world: World, parted):
    ana, bia = parted
    seen = told(world, ana, world.agent("sam", "Sales"))
    assert not [each for each in (PHONE, PHONE[:-1], "Bia", "of ", bia["id"]) if each in str(seen)]
    by_field = {item["field"]: item for item in seen}
    for field in ("merged", "unmerged", "name", "phone", "custom.note"):
        assert by_field[field]["masked"] == ["before", "after"]
        assert by_field[field].keys().isdisjoint(["before", "after"])


def test_what_was_before_the_merge_and_what_it_did_not_change_is_shown(world: World, parted):
    ana, _ = parted
    seen = [item for item in told(world, ana, world.agent("sam", "Sales")) if item["field"] == "status"]
    assert [item["after"] for item in seen] == ["blocked", "inactive"]


def test_administrators_see_all(world: World, parted):
    ana, bia = parted
    seen = told(world, ana, world.admin)
    assert not [item for item in seen if "masked" in item]
    assert all(each in str(seen) for each in (PHONE, "of Bia", bia["id"]))


def test_who_is_restored_is_told_of_nobody_else_who_is(world: World):
    ana, bia = in_two_teams(world)
    caio = world.create(name="Caio", teams=[world.team("Service")])
    undo(world, merge(world, ana, bia, caio))
    for who, scope in ((bia, world.agent("sue", "Support")), (caio, world.agent("sid", "Service"))):
        [item] = [item for item in told(world, who, scope) if item["field"] == "unmerged"]
        assert item["after"]["restored"] == [who["id"]]


def test_who_was_merged_on_withholds_it_too(world: World):
    ana, bia = in_two_teams(world)
    inner = merge(world, ana, bia)
    dora = world.create(name="Dora", teams=[world.team("Sales")])
    outer = merge(world, dora, ana)
    world.update(dora["id"], phone=None)
    sam = world.agent("sam", "Sales")
    undo(world, inner)
    assert PHONE not in str(told(world, dora, sam))
    undo(world, outer)
    assert PHONE not in str(told(world, dora, sam) + told(world, ana, sam))


def test_it_reads_no_further_back_than_the_merge(world: World):
    ana, bia = in_two_teams(world)
    world.run(
        """INSERT INTO change (id, customer_id, at, origin, field)
           SELECT gen_random_uuid(), c.id, c.created_at - interval '1 day', 'user', 'email'
           FROM customer c, generate_series(1, 200) WHERE c.name = 'Ana'"""
    )
    undo(world, merge(world, ana, bia))
    [(several,)] = world.rows("SELECT count(*) FROM change WHERE withheld AND field = 'email'")
    assert several == 0
