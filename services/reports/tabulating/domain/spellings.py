"""Which raw values are behind what is shown, and how many customers have each of them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from services.reports.configuring.domain.texts import text_of
from services.reports.normalizing.domain.mapped import Value
from services.reports.tabulating.domain.arrays import Flags, Ints, count_members, dense, members, starts_of
from services.reports.tabulating.domain.axes import Axis
from services.reports.tabulating.domain.limits import MAX_COMBINATIONS, MAX_SPELLINGS
from services.reports.tabulating.domain.table import Table

Spellings = dict[str, dict[str, int]]


def spellings_of(table: Table, number: int) -> list[Spellings]:
    """Of each group of a level: by field the raw values of its customers, the most frequent first, where they
    are not what is shown."""
    found: list[Spellings] = [{} for _ in range(table.levels[number].size)]
    for at in range(number):
        if (spelled := _spelled(table.groupings[at])).any():
            _spell(table, number, at, spelled, found)
    return found


def differs(value: Value) -> bool:
    """Whether it is spelled otherwise than it is shown anywhere."""
    return any(text_of(spelling) != value.label for spelling in value.spellings)


def _spelled(axis: Axis) -> Flags:
    """The raw values to be told of, as a truth value for each. Days of a month are no spellings of it."""
    if axis.part.unit:
        return np.zeros(len(axis.known), dtype=np.bool_)
    told = np.array([*map(differs, axis.values), False], dtype=np.bool_)
    spelled: Flags = told[axis.known]
    return spelled


def _spell(table: Table, number: int, at: int, spelled: Flags, found: list[Spellings]) -> None:
    axis, level = table.groupings[at], table.levels[number]
    rows, raw, weights = _raw_values(table, axis, spelled)
    entries = level.entries
    order = np.argsort(entries.rows, kind="stable")
    starts = starts_of(np.bincount(entries.rows, minlength=len(table.compact.rows)))
    if count_members(starts, rows) > MAX_COMBINATIONS:
        detail = "customers have too many values of these fields at once to tell of each how it is spelled"
        table.warnings.append({"code": "spellings_left_out", "detail": detail, "at": f"/groupings/{at}"})
        return
    of, places = members(starts, rows)
    groups, raw, weights = entries.groups[order[places]], raw[of], weights[of]
    own = _codes(table, number, at)[groups] == axis.known[raw]
    keys, which = dense(groups[own] * len(axis.known) + raw[own])
    counts = np.zeros(len(keys), dtype=np.int64)
    np.add.at(counts, which, weights[own])
    _tell(axis, keys.tolist(), counts.tolist(), found)


def _raw_values(table: Table, axis: Axis, spelled: Flags) -> tuple[Ints, Ints, Ints]:
    """Compact rows, the raw values in them, and how many customers have those."""
    codes, rows = axis.column.codes, np.arange(table.frame.rows)
    if axis.column.starts is not None:
        rows = np.repeat(rows, np.diff(axis.column.starts))
    told = (codes >= 0) & np.append(spelled, False)[codes]
    rows, codes = rows[told], codes[told]
    if axis.column.starts is not None:  # a customer who has a value twice has it
        once, _ = dense(rows * len(spelled) + codes)
        rows, codes = once // len(spelled), once % len(spelled)
    keys, which = dense(table.compact.which[rows] * len(spelled) + codes)
    weights = np.zeros(len(keys), dtype=np.int64)
    np.add.at(weights, which, table.frame.weights[rows])
    return keys // len(spelled), keys % len(spelled), weights


def _codes(table: Table, number: int, at: int) -> Ints:
    """Of each group of a level its code of an outer grouping, or of its own."""
    groups = np.arange(table.levels[number].size)
    for level in reversed(table.levels[at + 2 : number + 1]):
        groups = level.parents[groups]
    codes: Ints = table.levels[at + 1].codes[groups]
    return codes


def _tell(axis: Axis, keys: Iterable[int], counts: Iterable[int], found: list[Spellings]) -> None:
    told: dict[int, list[tuple[int, str]]] = {}
    for key, count in zip(keys, counts, strict=True):
        group, raw = divmod(key, len(axis.known))
        told.setdefault(group, []).append((-count, text_of(axis.column.values[raw])))
    for group, each in told.items():
        each.sort()
        found[group][axis.part.field] = {text: -count for count, text in each[:MAX_SPELLINGS]}
