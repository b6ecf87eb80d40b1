"""Customers of a team, and of none."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import text

from servicekit.errors import Forbidden, Invalid
from servicekit.testing.waiting import eventually
from services.customers.registry.domain.teams import folded_after_move
from services.customers.tests.registry.test_creating import codes
from services.customers.tests.world import SOMEBODY_WAITS, World


def test_a_teams_customers_are_counted(world: World) -> None:
    sales = world.team("sales")
    for teams in ([sales], [sales, world.team("support")], []):
        world.create(teams=teams)
    assert world.service.team_usage(world.admin, sales) == {"customers": 2, "relation": "eq"}
    assert world.service.count_without_team(world.admin) == {"count": 1}


def test_a_team_is_emptied_in_steps_deleted_customers_included(world: World) -> None:
    sales, support = world.team("sales"), world.team("support")
    customers = [
        world.create(teams=[sales]),
        world.create(teams=[sales, support]),
        world.create(teams=[sales]),
    ]
    world.service.delete_customer(world.admin, customers[2]["id"])
    moved = []
    while not moved or moved[-1]:
        moved.append(world.service.move_team(world.admin, sales, to=support, limit=2)["moved"])
    assert moved == [2, 1, 0]
    assert [world.get(c["id"])["teams"] for c in customers[:2]] == [[support], [support]]
    restored = world.service.restore_customer(world.admin, customers[2]["id"])["customer"]
    assert restored["teams"] == [support]
    told = [e["data"]["customers"] for e in world.events("customers.changed.v1")[-4:-1]]
    assert {(c["kind"], *c["fields"]) for customers in told for c in customers if c["fields"]} == {
        ("updated", "teams")
    }


def test_a_team_goes_from_merged_records_too_and_from_what_merges_brought(world: World) -> None:
    sales, support = world.team("sales"), world.team("support")
    survivor, absorbed = world.create(teams=[support])["id"], world.create(teams=[sales])["id"]
    world.merge(absorbed, into=survivor)
    other, of_other = world.create()["id"], world.create(teams=[sales])["id"]
    world.merge(of_other, into=other)
    for customer, came in ((survivor, [sales]), (other, [sales])):
        world.update(customer, teams=[support, sales] if customer == survivor else [sales])
        world.fold(customer, {"teams": came})
    version = world.get(other)["version"]
    moved = [world.service.move_team(world.admin, sales, to=support, limit=3)["moved"] for _ in range(3)]
    assert moved == [2, 2, 0]
    assert [world.get(each)["teams"] for each in (survivor, other)] == [[support]] * 2
    assert [world.folded(each) for each in (survivor, other)] == [None, {"teams": [support]}]
    teams = world.rows("SELECT team_ids, version FROM customer WHERE root_id <> id")
    assert [tuple(row) for row in teams] == [([UUID(support)], 1)] * 2
    assert world.get(other)["version"] == version + 1


def test_a_customer_and_its_records_change_teams_together_however_few_are_asked_for(world: World) -> None:
    sales, support = world.team("sales"), world.team("support")
    survivor = world.create(name="Ana")["id"]
    merges = [world.merge(world.create(teams=[sales])["id"], into=survivor)["id"] for _ in range(2)]
    alone = world.create(teams=[sales])["id"]
    assert world.service.move_team(world.admin, sales, to=support, limit=1) == {"moved": 3}
    undone = world.service.undo_merge(world.admin, merges[0])
    assert [each["teams"] for each in (undone["survivor"], *undone["restored"])] == [[support]] * 2
    assert world.get(alone)["teams"] == [sales]
    assert [world.service.move_team(world.admin, sales, to=support, limit=1)["moved"] for _ in "ab"] == [1, 0]


def test_records_are_locked_with_their_customer_in_one_order(world: World) -> None:
    sales = world.team("sales")
    absorbed, survivor = (world.create(teams=[sales])["id"] for _ in range(2))
    world.merge(absorbed, into=survivor)
    late = world.create(teams=[sales])["id"]
    with ThreadPoolExecutor(1) as pool:
        with world.db.unit_of_work() as uow:
            lock = "SELECT FROM customer WHERE id = :id FOR NO KEY UPDATE"
            uow.connection.execute(text(lock), {"id": UUID(absorbed)})
            moved = pool.submit(world.patiently, lambda: world.service.move_team(world.admin, sales, limit=2))
            eventually(lambda: uow.connection.execute(SOMEBODY_WAITS).first() is not None)
            free = uow.connection.execute(text("SELECT id FROM customer FOR UPDATE SKIP LOCKED")).scalars()
            assert survivor in {*map(str, free)}
        assert moved.result() == {"moved": 2}
    assert world.get(late)["teams"] == [sales]


def test_whom_a_merge_adds_while_the_team_goes_loses_it_too(world: World) -> None:
    sales = world.team("sales")
    first, absorbed, survivor = (world.create(teams=[sales])["id"] for _ in range(3))
    with ThreadPoolExecutor(1) as pool:
        with world.db.unit_of_work() as uow:
            lock = "SELECT FROM customer WHERE id = :id FOR NO KEY UPDATE"
            uow.connection.execute(text(lock), {"id": UUID(first)})
            moved = pool.submit(world.patiently, lambda: world.service.move_team(world.admin, sales))
            eventually(lambda: uow.connection.execute(SOMEBODY_WAITS).first() is not None)
            world.merge(absorbed, into=survivor)
        assert moved.result() == {"moved": 3}
    assert world.rows("SELECT id FROM customer WHERE team_ids <> '{}'") == []


def test_who_is_taken_out_of_a_merge_comes_into_no_team_that_is_gone(world: World) -> None:
    survivor, absorbed = world.create()["id"], world.create(teams=[world.team("sales")])["id"]
    merge = world.merge(absorbed, into=survivor)["id"]
    world.update(survivor, teams=[])
    world.lose_team("sales")
    world.service.undo_merge(world.admin, merge)
    assert world.get(absorbed)["teams"] == []
    assert world.service.count_without_team(world.admin) == {"count": 2}


@pytest.mark.parametrize(
    ("came", "to", "held", "left"),
    [
        (["t"], "u", ["t"], {"teams": ["u"]}),
        (["t"], "u", ["t", "u"], None),
        (["t", "u"], "u", ["t", "u"], {"teams": ["u"]}),
        (["t"], None, ["t"], None),
        (["u"], "u", ["t", "u"], None),
        (["u"], None, ["t", "u"], {"teams": ["u"]}),
    ],
)
def test_a_team_that_came_by_a_merge_is_followed_to_its_heir(came, to, held, left) -> None:
    assert folded_after_move({"teams": came}, "t", to=to, held=held) == left


def test_customers_may_end_in_no_team_but_not_in_an_unknown_one(world: World) -> None:
    sales = world.team("sales")
    customer = world.create(teams=[sales])
    with pytest.raises(Invalid) as refusal:
        world.service.move_team(world.admin, sales, to="0193a0b0-0000-7000-8000-000000000000")
    assert codes(refusal.value) == {"/to/0": "unknown_team"}
    assert world.service.move_team(world.admin, sales) == {"moved": 1}
    assert world.get(customer["id"])["teams"] == []


def test_agents_neither_count_nor_move(world: World) -> None:
    agent = world.agent("ana", "sales")
    for call in (
        lambda: world.service.team_usage(agent, world.team("sales")),
        lambda: world.service.move_team(agent, world.team("sales")),
        lambda: world.service.count_without_team(agent),
    ):
        with pytest.raises(Forbidden):
            call()
