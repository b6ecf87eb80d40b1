"""Rows that may be about one person stay together: batches of whole groups. Pure numpy.

A row is known by its keys. Whoever shares a key is of one group, also by way of others. Groups come in the
order of their first rows, and the rows of a group in theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Places = NDArray[np.int32]

BATCH_ROWS: Final = 500
BATCH_BYTES: Final = 1_000_000
GROUP_ROWS: Final = 1_000
GROUP_BYTES: Final = 3_000_000


@dataclass(frozen=True, slots=True)
class Batches:
    """`ns`: the rows, batch after batch; batch b is `ns[starts[b]:starts[b + 1]]`.

    `refused`: the rows of a group that is too large, from where it is.
    """

    ns: Places
    starts: Places
    refused: Places

    def __len__(self) -> int:
        return len(self.starts) - 1

    def rows(self, batch: int) -> list[int]:
        """In the order in which they are decided."""
        found: list[int] = self.ns[self.starts[batch] : self.starts[batch + 1]].tolist()
        return found


def batches_of(ns: Places, sizes: Places, keys: Numbers, owners: Places) -> Batches:
    """`ns` in order, the `sizes` of their rows in bytes; `keys`, and the place in `ns` of each one's row."""
    anchors = _anchors(len(ns), keys, owners)
    order = np.argsort(anchors, kind="stable").astype(np.int32)
    anchors = anchors[order]
    within = _within(anchors, sizes[order])
    kept, anchors = order[within], anchors[within]
    return Batches(ns[kept], _cuts(anchors, sizes[kept]), np.sort(ns[order[~within]]))


def _anchors(count: int, keys: Numbers, owners: Places) -> Places:
    """Of each row the first one of its group.

    Every round joins a group to all that its rows share a key with; a chain of n rows takes log n rounds.
    """
    anchors = np.arange(count, dtype=np.int32)
    one, other = _alike(keys, owners)
    while len(one):
        here, there = anchors[one], anchors[other]
        apart = here != there
        if not apart.any():
            break
        one, other, here, there = one[apart], other[apart], here[apart], there[apart]
        np.minimum.at(anchors, np.maximum(here, there), np.minimum(here, there))
        while (anchors != (further := anchors[anchors])).any():
            anchors = further
    return anchors


def _alike(keys: Numbers, owners: Places) -> tuple[Places, Places]:
    """Pairs of rows that have a key in common: each with the next one that has it."""
    order = np.argsort(keys, kind="stable")
    keys, owners = keys[order], owners[order]
    same = np.flatnonzero(keys[1:] == keys[:-1])
    return owners[same], owners[same + 1]


def _within(anchors: Places, sizes: Places) -> NDArray[np.bool_]:
    """Which rows their group has room for."""
    if not len(anchors):
        return np.ones(0, bool)
    starts = _starts(anchors)
    lengths = np.diff(np.append(starts, len(anchors)))
    position = np.arange(len(anchors)) - np.repeat(starts, lengths)
    total = np.cumsum(sizes, dtype=np.int64)
    before = np.repeat(total[starts] - sizes[starts], lengths)
    within: NDArray[np.bool_] = (position < GROUP_ROWS) & ((total - before <= GROUP_BYTES) | (position == 0))
    return within


def _cuts(anchors: Places, sizes: Places) -> Places:
    """Where batches begin, and the end of the last one: as many whole groups as there is room for."""
    ends = np.append(_starts(anchors)[1:], len(anchors)) if len(anchors) else np.empty(0, np.int32)
    total = np.append(0, np.cumsum(sizes, dtype=np.int64))
    bytes_until = total[ends]
    cuts, group = [0], 0
    while group < len(ends):
        start = cuts[-1]
        by_rows = np.searchsorted(ends, start + BATCH_ROWS, "right")
        by_bytes = np.searchsorted(bytes_until, total[start] + BATCH_BYTES, "right")
        group = max(group + 1, int(min(by_rows, by_bytes)))
        cuts.append(int(ends[group - 1]))
    return np.array(cuts, np.int32)


def _starts(anchors: Places) -> Places:
    """Where each group begins."""
    if not len(anchors):
        return np.empty(0, np.int32)
    return np.flatnonzero(np.concatenate(([True], anchors[1:] != anchors[:-1]))).astype(np.int32)
