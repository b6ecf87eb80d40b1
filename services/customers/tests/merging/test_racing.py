"""Merges at the same time as merges, undoing, edits, deletions and news: each is whole or not at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from identity import Identity
from servicekit.errors import NotFound, Stale
from servicekit.ids import new_id
from servicekit.testing.waiting import eventually
from services.customers.registry import holders
from services.customers.tests.history.told import Connector, an_event
from services.customers.tests.merging.doing import addresses, in_two_teams, merge, undo
from services.customers.tests.registry.test_identity_under_concurrency import at_once
from services.customers.tests.world import SOMEBODY_WAITS, World

ROUNDS = range(2)


def together(world: World, *works: Any) -> list[Any]:
    return at_once([partial(world.patiently, work) for work in works])


def check_whole(world: World) -> None:
    """Every record leads to a live customer by its pointers, and its addresses are shown there."""
    rows = {row.id: row for row in world.rows("SELECT id, root_id, merged_into, deleted_at FROM customer")}
    for row in rows.values():
        root, steps = row, 0
        while root.merged_into is not None:
            root, steps = rows[root.merged_into], steps + 1
            assert steps <= len(rows), "a cycle"
        assert row.root_id == root.id
    stray = """
        SELECT p.id FROM contact_point p JOIN customer c ON c.id = p.customer_id
        WHERE p.root_id <> c.root_id"""
    assert world.rows(stray) == []


@pytest.mark.parametrize("_round", ROUNDS)
def test_each_into_the_other_makes_one_of_them_the_survivor(world: World, _round: int):
    ana, bia = in_two_teams(world)
    outcomes = together(
        world, lambda: merge(world, ana, bia), lambda: merge(world, bia, ana), lambda: merge(world, ana, bia)
    )
    done = [each for each in outcomes if isinstance(each, dict)]
    assert len(done) == 1
    assert all(isinstance(each, dict | Stale) for each in outcomes)
    check_whole(world)


@pytest.mark.parametrize("_round", ROUNDS)
def test_of_two_merges_of_one_customer_one_is_told_of_the_other(world: World, _round: int):
    ana, bia, caio = (world.create(name=name) for name in ("Ana", "Bia", "Caio"))
    outcomes = together(world, lambda: merge(world, ana, bia), lambda: merge(world, caio, bia))
    assert sorted(type(each).__name__ for each in outcomes) == ["Stale", "dict"]
    check_whole(world)


@pytest.mark.parametrize("_round", ROUNDS)
def test_a_ring_of_merges_ends_without_a_cycle(world: World, _round: int):
    people = [world.create(name=f"Person {n}") for n in range(4)]
    works = [partial(merge, world, people[n], people[(n + 1) % 4]) for n in range(4)]
    outcomes = together(world, *works)
    assert all(isinstance(each, dict | Stale) for each in outcomes)
    check_whole(world)


def test_one_merge_id_at_once_is_one_merge(world: World):
    ana, bia = in_two_teams(world)
    data, merge_id = {"primary": ana["id"], "duplicates": [bia["id"]]}, str(new_id())
    works = [partial(world.service.apply_merge, world.admin, data, merge_id=merge_id) for _ in range(3)]
    outcomes = together(world, *works)
    assert [each["merge"]["id"] for each in outcomes] == [merge_id] * 3
    assert len(world.events("customer.merged.v1")) == 1


def test_two_who_undo_at_once_undo_once(world: World):
    merged = merge(world, *in_two_teams(world))
    outcomes = together(world, *[partial(undo, world, merged) for _ in range(3)])
    assert sorted(type(each).__name__ for each in outcomes) == ["Conflict", "Conflict", "dict"]
    check_whole(world)


@pytest.mark.parametrize("_round", ROUNDS)
def test_whom_somebody_deletes_is_merged_before_or_not_at_all(world: World, _round: int):
    ana, bia = in_two_teams(world)
    merged, _deleted = together(
        world,
        lambda: merge(world, ana, bia),
        lambda: world.service.delete_customer(world.admin, bia["id"]),
    )
    if isinstance(merged, NotFound):
        assert world.rows("SELECT id FROM customer WHERE deleted_at IS NOT NULL")
    else:
        assert world.get(ana["id"])["version"] == 2
    check_whole(world)


@pytest.mark.parametrize("_round", ROUNDS)
def test_news_and_edits_during_merging_and_undoing_are_all_kept(world: World, _round: int):
    ana, bia = in_two_teams(world)
    merged = merge(world, ana, bia)
    connector = Connector(world.db)
    identity = [{"kind": "phone", "value": "+5511987654321"}]
    news = [an_event("started", f"c{n}", identities=identity) for n in range(3)]
    works = [partial(connector.send, each) for each in news]
    works.append(lambda: world.update(ana["id"], tags={"add": ["during"]}))
    outcomes = together(world, *works, lambda: undo(world, merged))
    assert [each for each in outcomes if isinstance(each, Exception)] == []
    check_whole(world)
    history = world.service.list_history(world.admin, bia["id"], kinds=["conversation"])["data"]
    assert len(history) == 3
    assert "during" in world.get(ana["id"])["tags"]


def test_who_is_merged_into_somebody_about_to_be_deleted_goes_along(world: World):
    """The deletion waits for an address when the merge is done."""
    ana, bia = in_two_teams(world)
    with ThreadPoolExecutor(1) as pool:
        with world.db.unit_of_work() as uow:
            holders.lock(uow.connection, [Identity("email", "ana@x.test")])
            deleted = pool.submit(
                world.patiently, lambda: world.service.delete_customer(world.admin, ana["id"])
            )
            eventually(lambda: uow.connection.execute(SOMEBODY_WAITS).first() is not None)
            merge(world, ana, bia)
        deleted.result()
    assert world.holders() == []
    world.service.restore_customer(world.admin, ana["id"])
    assert addresses(world.get(ana["id"])) == {"ana@x.test", "+5511987654321"}
