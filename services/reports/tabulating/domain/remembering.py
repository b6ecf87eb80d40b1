"""Axes of the last reports on the same rows.

Whoever changes a form changes one thing at a time: how all other columns are mapped is known by then.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Final
from zoneinfo import ZoneInfo

from servicekit.jsonio import dumps
from services.reports.configuring.domain.model import Part
from services.reports.tabulating.domain.axes import Axis

MOST_BYTES: Final = 128 * 1024 * 1024
_EMPTY_BYTES: Final = 2_000
_VALUE_BYTES: Final = 300  # of one that is counted, but for its texts
_RAW_BYTES: Final = 80
_CHARACTER_BYTES: Final = 2
_OF_NOBODY: Final = Part(field="")  # what somebody decided about spellings may be long


class AxisMemory:
    """As many as have room; the one that was asked for longest ago goes first."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._axes: OrderedDict[Hashable, Axis] = OrderedDict()
        self._room = most_bytes

    def axis(
        self,
        rows: Hashable,
        part: Part,
        zone: ZoneInfo,
        former: Mapping[str, str],
        make: Callable[[], Axis],
    ) -> Axis:
        """What `make` gave when it was last asked for these rows, and for a part that maps values alike.
        `rows`: the name of the frame; without one nothing is kept."""
        if rows is None:
            return make()
        key = (rows, sha256(dumps([zone.key, part.mapping, [*former.items()]])).digest())
        found = self._axes.pop(key, None)
        if found is None:
            found = replace(make(), part=_OF_NOBODY)
            self._room -= _size(found)
        self._axes[key] = found
        while self._room < 0:
            self._room += _size(self._axes.popitem(last=False)[1])
        return replace(found, part=part)


def _size(axis: Axis) -> int:
    """About that many bytes, with those of the column, which it keeps in memory."""
    column = axis.column
    arrays = (axis.sets, axis.codes, axis.starts, axis.mentions, axis.ranks, axis.known, axis.counts)
    own = sum(array.nbytes for array in (*arrays, column.codes))
    lists = 0 if column.starts is None else column.starts.nbytes
    names = sum(len(value.label) for value in axis.values)
    raw = sum(len(value) for value in column.values if isinstance(value, str))
    texts = _CHARACTER_BYTES * (names + raw)
    return _EMPTY_BYTES + own + lists + texts + len(axis.values) * _VALUE_BYTES + len(axis.known) * _RAW_BYTES
