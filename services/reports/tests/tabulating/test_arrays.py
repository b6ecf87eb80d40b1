"""Lists in arrays, against lists."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.reports.tabulating.domain.arrays import dense, distinct_lists, members, starts_of

codes = st.lists(st.integers(0, 5), max_size=4)


def flat(lists):
    starts = starts_of(np.array([len(each) for each in lists], dtype=np.int64))
    return np.array([code for each in lists for code in each], dtype=np.int64), starts


@given(st.lists(st.integers(0, 40) | st.integers(0, 2**60)))
def test_distinct_keys_come_in_order_and_every_key_finds_its_own(keys):
    found, which = dense(np.array(keys, dtype=np.int64))
    assert found.tolist() == sorted(set(keys))
    assert found[which].tolist() == keys


@given(st.lists(codes))
def test_equal_lists_are_one_and_others_are_not(lists):
    which, found, starts = distinct_lists(*flat(lists), 6)
    assert [found[starts[n] : starts[n + 1]].tolist() for n in which] == lists
    assert len(starts) - 1 == len({tuple(each) for each in lists})


@given(st.lists(codes, min_size=1), st.data())
def test_members_of_lists_come_one_list_after_the_other(lists, data):
    chosen = data.draw(st.lists(st.integers(0, len(lists) - 1)))
    found, starts = flat(lists)
    of, at = members(starts, np.array(chosen, dtype=np.int64))
    told = [(n, code) for n, each in enumerate(chosen) for code in lists[each]]
    assert list(zip(of.tolist(), found[at].tolist(), strict=True)) == told
