"""In which order values stand, and which of them are the largest."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from servicekit.text import folded
from services.reports.configuring.domain.model import TOTAL, VALUE, Part, Sort
from services.reports.configuring.domain.texts import text_of
from services.reports.normalizing.domain.mapped import Value
from services.reports.tabulating.domain.arrays import Flags, Ints
from services.reports.tabulating.domain.figures import Figures

_SHORT: Final = 200
_remembered: Final = lru_cache(maxsize=1 << 15)(folded)
_BY_VALUE: Final = frozenset({"number", "boolean", "date", "datetime"})
_ASCENDING: Final = Sort(VALUE)
_LARGEST_FIRST: Final = Sort(TOTAL, descending=True)


def usual(part: Part, type: str) -> Sort:
    """The order that nobody asked for."""
    return _ASCENDING if part.unit or type in _BY_VALUE else _LARGEST_FIRST


def ranks(values: Sequence[Value]) -> Ints:
    """The place of each code when values ascend; the empty value and the others come last."""
    keys: list[tuple[float | str, ...]] = [_key(value) for value in values]
    if len(set(keys)) < len(keys):  # somebody gave two values one name
        keys = [(*key, _spelled(value)) for key, value in zip(keys, values, strict=True)]
    ordered = sorted(range(len(values)), key=keys.__getitem__)
    places = np.arange(len(values) + 2, dtype=np.int64)
    places[ordered] = np.arange(len(values))
    return places


def in_order(
    parents: Ints, codes: Ints, places: Ints, *, sort: Sort, figures: Callable[[], Figures], last: int
) -> NDArray[np.int64]:
    """Where each comes from when all are sorted within their parents. Codes from `last` on come last."""
    own = places[codes]
    special = np.maximum(codes - last + 1, 0)
    if sort.by == VALUE:
        return np.lexsort((-own if sort.descending else own, special, parents))
    numbers, none = figures().sorting()
    return np.lexsort((own, -numbers if sort.descending else numbers, none, special, parents))


def largest(
    parents: Ints, codes: Ints, places: Ints, *, n: int, figures: Callable[[], Figures], last: int
) -> Flags:
    """The `n` largest within each parent, besides codes from `last` on."""
    descending = Sort(TOTAL, descending=True)
    order = in_order(parents, codes, places, sort=descending, figures=figures, last=last)
    first = np.searchsorted(parents[order], parents[order])
    kept = np.empty(len(codes), dtype=np.bool_)
    kept[order] = np.arange(len(codes)) - first < n
    return kept | (codes >= last)


def _key(value: Value) -> tuple[float, str, str]:
    """Numbers and truth values first, texts without case and accents."""
    raw, label = value.value, value.label
    return (math.inf, _folded(label), label) if isinstance(raw, str) else (raw, label, "")


def _folded(label: str) -> str:
    """Whoever changes a form is told nearly the same names each time: they are remembered."""
    return _remembered(label) if len(label) <= _SHORT else folded(label)


def _spelled(value: Value) -> str:
    """What no other value is spelled like."""
    return min(map(text_of, value.spellings), default="")
