"""Packed lists come out as they went in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from servicekit.packed import END, NONE, lists_of, pack, pack_lists, unpack

NUMBERS = st.integers(0, 100) | st.integers(0, (1 << 31) - 1) | st.sampled_from([(1 << 15) - 1, 1 << 15])


@given(st.lists(st.lists(NUMBERS, max_size=5)))
def test_lists_come_out_as_they_went_in(lists):
    assert list(map(list, lists_of(pack_lists(lists)))) == lists


def test_what_is_none_is_left_out():
    numbers = [1, NONE, 2, END, NONE, END, END, 3, END]
    packed = pack(numbers, below=4)
    assert unpack(packed).tolist() == numbers
    assert list(lists_of(packed)) == [(1, 2), (), (), (3,)]


def test_small_numbers_take_little_room():
    assert len(pack([7] * 900, below=8)) < len(pack([7] * 900, below=1 << 20)) * 0.51
