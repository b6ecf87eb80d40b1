"""Whoever is told of at once comes to the same as whoever is told of one after the other."""

from __future__ import annotations

import random
from typing import Any

import pytest

from services.dedup.pairs import finding
from services.dedup.tests.following.telling import changed, detected, merged, tell
from services.dedup.tests.world import World

_TABLES = ("indexed_customer", "indexed_record", "indexed_identity", "left_record", "pair")
_STORED = (
    "SELECT customer_id, revision, name, facts, keys FROM indexed_customer ORDER BY 1",
    "SELECT record_id, customer_id FROM indexed_record ORDER BY 1",
    "SELECT space, value, customer_id FROM indexed_identity ORDER BY 1, 2, 3",
)
_PAIRS = "SELECT first_id, second_id, score, shared, reasons FROM pair ORDER BY 1, 2"
_NAMES = (
    "Mariana Albuquerque",
    "Mariana Albuquerk",
    "Otto \\ Zimmer",
    'Rui "Ruy" Prado',
    "Rui Prado",
    "{Lia}",
)


def _address(chance: random.Random) -> dict[str, str]:
    """One of few, so that many are alike."""
    typed = {
        "phone": f"+551198765{chance.randrange(40):04d}",
        "email": f"rui{chance.randrange(9)}prado@x.test",
    }
    return {kind: value for kind, value in typed.items() if chance.random() < 0.7}


def _people(world: World, chance: random.Random) -> list[str]:
    return [world.customer(chance.choice(_NAMES), **_address(chance)) for _ in range(40)]


def _grow_up(world: World, customers: list[str], chance: random.Random) -> list[Any]:
    """Some are others, parts of others or gone; the events of it."""
    first, second, third, fourth, *others = customers
    events = [merged(world, first, into=second), detected((third, fourth))]
    for each in others[:12]:
        world.company.customers[each].points.clear()
        world.company.edit(each, name=chance.choice(_NAMES), **_address(chance))
        events.append(changed(world, each))
    for each in others[12:18]:
        world.company.delete(each)
        events.append(changed(world, each, kind="deleted"))
    return events


@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_same_index_with_the_same_pairs(world: World, seed: int):
    chance = random.Random(seed)
    customers = _people(world, chance)
    tell(world, changed(world, *customers, kind="created"))
    events = _grow_up(world, customers, chance)
    tell(world, *events)
    at_once = _stored(world), world.rows(_PAIRS)
    assert len(at_once[1]) > 10
    assert _found(world) == at_once[1], "what the index would be searched for now"
    for table in _TABLES:
        world.run(f"DELETE FROM {table}")
    for event in (*(changed(world, each, kind="created") for each in customers), *events):
        tell(world, event)
    assert (_stored(world), world.rows(_PAIRS)) == at_once


def _stored(world: World) -> list[list[Any]]:
    return [world.rows(statement) for statement in _STORED]


def _found(world: World) -> list[Any]:
    """By a search of the index as it is now, as the rows of `_PAIRS`."""
    with world.db.reading() as connection:
        everybody = connection.exec_driver_sql("SELECT customer_id FROM indexed_customer").scalars().all()
        found = finding.find(connection, everybody)
    return [(*each.ends, each.likeness.score, each.likeness.shared, each.likeness.reasons) for each in found]
