"""Arrays of whole numbers: lists that follow one another, and numbers that stand for others."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
# Where keys are spread this much more widely than there are any, sorting is cheaper than a table of all keys.
_SPARSE: Final = 8
_ALWAYS_TABLE: Final = 1_000


def dense(keys: Ints) -> tuple[Ints, Ints]:
    """The distinct keys in order, and for each of `keys` which of those it is. None is below zero."""
    span = int(keys.max()) + 1 if len(keys) else 0
    if span > _SPARSE * len(keys) + _ALWAYS_TABLE:
        return np.unique(keys, return_inverse=True)
    present = np.zeros(span, dtype=np.bool_)
    present[keys] = True
    found = np.flatnonzero(present)
    place = np.empty(span, dtype=np.int64)
    place[found] = np.arange(len(found))
    return found, place[keys]


def starts_of(lengths: NDArray[np.integer[Any]]) -> Ints:
    """Where each of the lists that follow one another begins, and where the last one ends."""
    starts = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=starts[1:])
    return starts


def members(starts: Ints, lists: Ints) -> tuple[Ints, Ints]:
    """For each member of each of `lists`: of which of them it is, and where it stands."""
    lengths = starts[lists + 1] - starts[lists]
    of = np.repeat(np.arange(len(lists)), lengths)
    return of, np.arange(len(of)) + np.repeat(starts[lists] - starts_of(lengths)[:-1], lengths)


def count_members(starts: Ints, lists: Ints) -> int:
    """How many `members` gives."""
    return int((starts[lists + 1] - starts[lists]).sum())


def distinct_lists(codes: Ints, starts: Ints, size: int) -> tuple[Ints, Ints, Ints]:
    """Of lists of codes below `size`: which of the distinct ones each is; the codes of those, their starts.

    Lists grow code by code, as in a trie: those with an equal beginning are one until they part.
    """
    lengths = np.diff(starts)
    at = np.zeros(len(lengths), dtype=np.int64)
    longer, position, known = np.flatnonzero(lengths), 0, 1
    while len(longer):
        found, which = dense(at[longer] * size + codes[starts[longer] + position])
        at[longer] = known + which
        known, position = known + len(found), position + 1
        longer = longer[lengths[longer] > position]
    found, lists = dense(at)
    example = np.zeros(len(found), dtype=np.int64)
    example[lists] = np.arange(len(lists))
    _, places = members(starts, example)
    return lists, codes[places], starts_of(lengths[example])
