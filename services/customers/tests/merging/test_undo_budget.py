"""Undoing tells whether somebody has an address by now: agents get as few such answers as anywhere."""

from __future__ import annotations

from typing import Any

import pytest

from servicekit.errors import Conflict
from services.customers.registry.duplicates import ANSWERS_AN_HOUR
from services.customers.tests.merging.doing import in_two_teams, merge, undo
from services.customers.tests.world import World

Json = dict[str, Any]
PHONE = "+5511987654321"


@pytest.fixture
def both(world: World) -> Json:
    return world.agent("eva", "Sales", "Support")


def without_the_phone(world: World) -> Json:
    """A merge whose survivor lost an address that would come back."""
    ana, bia = in_two_teams(world)
    merged = merge(world, ana, bia)
    world.update(ana["id"], phone=None)
    return merged


def spent(world: World) -> list[list[str]]:
    return [row.matched_on for row in world.rows("SELECT matched_on FROM restricted_answer")]


def exhaust(world: World, scope: Json) -> None:
    world.run(
        """INSERT INTO restricted_answer (id, user_id, matched_on, answered_at)
           SELECT gen_random_uuid(), CAST(:user AS uuid), '{email}', now() FROM generate_series(1, :many)""",
        user=scope["user_id"],
        many=ANSWERS_AN_HOUR,
    )


@pytest.mark.parametrize("dry_run", [True, False])
def test_to_be_told_that_somebody_hidden_has_an_address_is_an_answer(world: World, both, dry_run):
    merged = without_the_phone(world)
    world.create(name="Hidden", phone=PHONE)
    [lost] = undo(world, merged, both, dry_run=dry_run)["not_returned"]
    assert "held_by" not in lost
    assert spent(world) == [["phone"]]


@pytest.mark.parametrize("dry_run", [True, False])
def test_without_any_left_nobody_is_looked_up(world: World, both, dry_run):
    merged = without_the_phone(world)
    exhaust(world, both)
    with pytest.raises(Conflict) as refused:
        undo(world, merged, both, dry_run=dry_run)
    assert refused.value.code == "duplicate_budget_exhausted"
    assert len(spent(world)) == ANSWERS_AN_HOUR
    assert undo(world, merged)["not_returned"] == []


def test_what_lacks_no_address_is_undone_all_the_same(world: World, both):
    merged = merge(world, *in_two_teams(world))
    exhaust(world, both)
    assert undo(world, merged, both)["merge"]["status"] == "undone"


def test_whom_the_caller_sees_costs_nothing_and_nor_does_anybody_an_administrator(world: World, both):
    merged = without_the_phone(world)
    caio = world.create(name="Caio", phone=PHONE)
    undo(world, merged, dry_run=True)
    world.update(caio["id"], teams=[world.team("Sales")])
    assert "held_by" in undo(world, merged, both)["not_returned"][0]
    assert spent(world) == []


def test_from_whom_contact_data_is_hidden_every_one_is_an_answer_and_names_nobody(world: World, both):
    merged = without_the_phone(world)
    world.create(both, name="Visible", phone=PHONE, teams=[world.team("Sales")])
    world.set(hide_contact_data=True)
    for dry_run in (True, False):
        [lost] = undo(world, merged, both, dry_run=dry_run)["not_returned"]
        assert lost.keys() == {"customer", "kind", "reason"}
    assert spent(world) == [["phone"], ["phone"]]
