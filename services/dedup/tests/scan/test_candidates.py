"""Who is to be compared with whom, in plain numbers."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from services.dedup.scan.candidates import MAX_GROUP, Meetings

KEY = st.sampled_from([-1, -(2**63), 0, 1, 2, 2**60, 2**61 + 5, 2**63 - 1])


def pairs(*rows: set[int], marks: int = 1) -> set[tuple[int, int]]:
    meetings = Meetings()
    for keys in rows:
        meetings.add([len(keys)], np.array(sorted(keys), np.int64), np.array([marks], np.uint64))
    low, high = meetings.pairs()
    found = list(zip(low.tolist(), high.tolist(), strict=True))
    assert len(found) == len(set(found))
    return set(found)


@settings(max_examples=50)
@given(st.lists(st.sets(KEY, max_size=4), max_size=8))
def test_whoever_shares_a_clue_meets_once_and_nobody_else(rows: list[set[int]]) -> None:
    def share_a_clue(one: int, other: int) -> bool:
        return any(key >= 0 for key in rows[one] & rows[other])

    assert pairs(*rows) == {pair for pair in combinations(range(len(rows)), 2) if share_a_clue(*pair)}


def test_a_key_of_very_many_brings_nobody_together() -> None:
    assert len(pairs(*[{7}] * MAX_GROUP)) == MAX_GROUP * (MAX_GROUP - 1) // 2
    assert pairs(*[{7}] * (MAX_GROUP + 1)) == set()
    assert pairs(*[{7}] * MAX_GROUP, {7, 8}, {8}) == {(MAX_GROUP, MAX_GROUP + 1)}


def test_who_has_no_mark_in_common_does_not_meet() -> None:
    assert pairs({7}, {7}, marks=0) == set()
    assert pairs({7}, {7}, marks=2**63) == {(0, 1)}
