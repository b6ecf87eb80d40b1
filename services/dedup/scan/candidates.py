"""Who is to be compared with whom: pairs of rows that share a key, and a mark of their names. Pure numpy.

Cost: a sort of all keys, and at most MAX_GROUP - 1 pairs for each key of a row: n log n, never a square. What
addresses bring together by chance grows with the number of customers; names, which are looked at right here,
keep one of ten of those.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]

# More customers under one key share a placeholder (none@example.com, 11999999999) or a switchboard.
MAX_GROUP: Final = 50
# Keys are spread over so many parts, each of which is sorted by itself: less memory at a time.
PARTS: Final = 8
_PART_SHIFT: Final = 60  # keys have 63 bits


class Meetings:
    """Collects keys of rows (row n is the n-th that was added); `pairs()` is asked once, at the end."""

    def __init__(self) -> None:
        self.rows = 0
        self._marks: list[NDArray[np.uint64]] = []
        self._keys: list[list[Numbers]] = [[] for _ in range(PARTS)]
        self._owners: list[list[NDArray[np.int32]]] = [[] for _ in range(PARTS)]

    def add(self, counts: Sequence[int], keys: Numbers, marks: NDArray[np.uint64]) -> None:
        """Of the next rows: how many keys each has, all of them, and the marks of each one's name.

        Keys below 0 bring nobody together, nor do two rows meet that have no mark in common.
        """
        self._marks.append(marks)
        owners = np.repeat(np.arange(self.rows, self.rows + len(counts), dtype=np.int32), counts)
        self.rows += len(counts)
        clues = keys >= 0
        keys, owners = keys[clues], owners[clues]
        part_of = keys >> _PART_SHIFT
        for part in range(PARTS):
            chosen = part_of == part
            self._keys[part].append(keys[chosen])
            self._owners[part].append(owners[chosen])

    def pairs(self) -> tuple[Numbers, Numbers]:
        """Each pair of rows that share a key, once: two columns, the lower row first, in order."""
        marks = _taken(self._marks)
        found = [self._codes(part, marks) for part in range(PARTS)]
        codes = np.unique(np.concatenate(found))
        return codes // max(1, self.rows), codes % max(1, self.rows)

    def _codes(self, part: int, marks: NDArray[np.uint64]) -> Numbers:
        keys, owners = _taken(self._keys[part]), _taken(self._owners[part])
        order = np.argsort(keys, kind="stable")
        keys, owners = keys[order], owners[order].astype(np.int64)
        codes = [
            (low * self.rows + high)[(marks[low] & marks[high]) != 0]
            for low, high in _pairs_of_groups(keys, owners)
        ]
        return np.unique(np.concatenate(codes)) if codes else np.empty(0, np.int64)


def _taken(blocks: list[Any]) -> Any:
    """All of them as one; the list gives up its own."""
    whole = np.concatenate(blocks) if blocks else np.empty(0, np.int64)
    blocks.clear()
    return whole


def _pairs_of_groups(keys: Numbers, owners: Numbers) -> Iterator[tuple[Numbers, Numbers]]:
    """Groups of one size at a time, so that no loop goes over groups."""
    starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1]))) if len(keys) else keys
    sizes = np.diff(np.append(starts, len(keys)))
    for size in range(2, MAX_GROUP + 1):
        first = starts[sizes == size]
        if len(first):
            members = owners[first[:, None] + np.arange(size)]
            one, other = np.triu_indices(size, 1)
            a, b = members[:, one].ravel(), members[:, other].ravel()
            yield np.minimum(a, b), np.maximum(a, b)
