"""Rows that may be one person are in one batch, against the same rule in plain Python."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.import_export.runs.domain import grouping
from services.import_export.runs.domain.grouping import Batches, batches_of

Rows = list[tuple[int, list[int]]]  # size, keys
ROWS = st.lists(st.tuples(st.integers(1, 5), st.lists(st.integers(-6, 6), max_size=3)), max_size=30)


def batches(rows: Rows) -> Batches:
    """Rows are numbered from 2, with a gap before each."""
    ns = np.arange(len(rows), dtype=np.int32) * 2 + 2
    owners = [place for place, (_, keys) in enumerate(rows) for _ in keys]
    return batches_of(
        ns,
        np.array([size for size, _ in rows], np.int32),
        np.array([key for _, keys in rows for key in keys], np.int64),
        np.array(owners, np.int32),
    )


def groups(rows: Rows) -> list[list[int]]:
    """By the order of their first rows."""
    found: list[tuple[set[int], list[int]]] = []
    for place, (_, keys) in enumerate(rows):
        own = set(keys)
        met = [each for each in found if each[0] & own]
        found = [each for each in found if not each[0] & own]
        members = sorted([place * 2 + 2, *(n for _, ns in met for n in ns)])
        found.append((own.union(*(known for known, _ in met)), members))
    return sorted(ns for _, ns in found)


@given(ROWS)
def test_groups_stay_whole_and_in_order(rows: Rows) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grouping, "BATCH_ROWS", 4)
        patch.setattr(grouping, "BATCH_BYTES", 12)
        found, expected = batches(rows), groups(rows)
    made = [found.rows(batch) for batch in range(len(found))]
    assert [n for batch in made for n in batch] == [n for group in expected for n in group]
    assert not len(found.refused)
    sizes = {place * 2 + 2: size for place, (size, _) in enumerate(rows)}
    starts = {group[0] for group in expected}
    for batch, following in zip(made, [*made[1:], None], strict=False):
        assert batch[0] in starts
        whole = len([n for n in batch if n in starts]) == 1
        assert whole or (len(batch) <= 4 and sum(sizes[n] for n in batch) <= 12)
        if following:  # the next group had no room
            group = next(group for group in expected if group[0] == following[0])
            more = [*batch, *group]
            assert len(more) > 4 or sum(sizes[n] for n in more) > 12


def test_of_a_group_that_is_too_large_the_first_rows_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "GROUP_ROWS", 3)
    monkeypatch.setattr(grouping, "GROUP_BYTES", 100)
    found = batches([(1, [1]), (1, [1]), (1, [9]), (1, [1]), (1, [1]), (60, [2]), (60, [2])])
    assert found.rows(0) == [2, 4, 8, 6, 12]
    assert found.refused.tolist() == [10, 14]


def test_a_chain_of_rows_is_one_group() -> None:
    found = batches([(1, [n, n + 1]) for n in range(900)])
    assert found.rows(0) == list(range(2, 1802, 2))
