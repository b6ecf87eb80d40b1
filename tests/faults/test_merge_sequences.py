"""F-08: customers merged in chains, in rings, with themselves, undone in any order, edited in between.

No cycle, no record without its customer, every address with whom it came from.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from servicekit.database import Transactions
from servicekit.database.migrate import migrate
from servicekit.testing.infrastructure import fresh_database
from services.customers.tests.merging.test_sequences import Town, play, steps
from services.customers.tests.world import World
from tests.faults.wholeness import FORGET_POINTS
from tests.support.campaign import SEED, Verdict, chance, size

A_CHAIN = [("merge", 0, [1], False), ("write", 1), ("merge", 2, [0, 3], True), ("tag", 0), ("undo", 0)]


@pytest.fixture
def world() -> Iterator[World]:
    with fresh_database("customers") as url:
        migrate("services.customers", url)
        database = Transactions.connect(url, service="customers")
        yield World(database)
        database.close()


@pytest.mark.timeout(7200)
def test_whatever_is_merged_and_undone_nothing_is_lost(world: World):
    verdict = Verdict("F-08", n=0, more={"undos": 0})

    def play_one(steps: list[tuple[Any, ...]], random: Random) -> None:
        play(Town(world), steps, random)
        verdict.n += 1
        [made] = world.rows("SELECT count(*) AS merges, count(undone_at) AS undos FROM merge")
        verdict.disturbances += made.merges
        verdict.more["undos"] += made.undos

    play_any = given(steps, st.randoms(use_true_random=False))(play_one)
    try:
        play_one(A_CHAIN, chance())
        seed(SEED)(settings(max_examples=size(2, 2_000), deadline=None)(play_any))()
    except AssertionError:
        verdict.lost += 1
        verdict.report()
        raise
    assert verdict.report().passed
    assert verdict.disturbances >= size(2, 2_000)


def test_a_merge_that_is_not_whole_is_noticed(world: World):
    """The seeded bug: half of a merge is forgotten, its contact points."""
    town = Town(world)
    world.run(FORGET_POINTS)
    with pytest.raises(AssertionError):
        play(town, [("merge", 0, [1], False)], chance())
