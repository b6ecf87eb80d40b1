"""Which raw values are behind what is shown, and how many customers have each of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from services.reports.configuring.domain.texts import text_of
from services.reports.normalizing.domain.mapped import Value
from services.reports.tabulating.domain.arrays import Flags, Ints, count_members, dense, members, starts_of
from services.reports.tabulating.domain.axes import Axis
from services.reports.tabulating.domain.levels import Entries
from services.reports.tabulating.domain.limits import MAX_COMBINATIONS, MAX_SPELLINGS
from services.reports.tabulating.domain.table import Table

Spellings = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class RawValues:
    """Of one grouping: compact rows, a raw value that each has, and how many of its customers have that."""

    axis: Axis
    at: int
    rows: Ints
    raw: Ints
    weights: Ints


def raw_values_of(table: Table) -> list[RawValues]:
    """Of each grouping with values that are spelled otherwise than they are shown."""
    spelled = [_spelled(axis) for axis in table.groupings]
    return [
        _raw_values(table, axis, told, at)
        for at, (axis, told) in enumerate(zip(table.groupings, spelled, strict=True))
        if told.any()
    ]


def spellings_of(table: Table, number: int, found: Sequence[RawValues]) -> list[Spellings]:
    """Of each group of a level: by field the raw values of its customers, the most frequent first, where they
    are not what is shown."""
    level = table.levels[number]
    told: list[Spellings] = [{} for _ in range(level.size)]
    order, starts = _by_row(table, level.entries)
    for values in found:
        if values.at >= number:
            continue
        if count_members(starts, values.rows) > MAX_COMBINATIONS:
            _warn(table, values.at)
            continue
        of, places = members(starts, values.rows)
        groups, raw = level.entries.groups[order[places]], values.raw[of]
        own = _codes(table, number, values.at)[groups] == values.axis.known[raw]
        keys, which = dense(groups[own] * len(values.axis.known) + raw[own])
        counts = np.zeros(len(keys), dtype=np.int64)
        np.add.at(counts, which, values.weights[of[own]])
        _tell(values.axis, keys.tolist(), counts.tolist(), told)
    return told


def _spelled(axis: Axis) -> Flags:
    """The raw values to be told of. Days of a month are no spellings of it."""
    if axis.part.unit:
        return np.zeros(len(axis.known), dtype=np.bool_)
    told = np.array([*map(_differs, axis.values), False], dtype=np.bool_)
    spelled: Flags = told[axis.known]
    return spelled


def _differs(value: Value) -> bool:
    """Whether it is spelled otherwise than it is shown anywhere."""
    first, *more = value.spellings or (value.label,)
    return bool(more) or (first != value.label and text_of(first) != value.label)


def _raw_values(table: Table, axis: Axis, spelled: Flags, at: int) -> RawValues:
    codes, rows, size = axis.column.codes, np.arange(table.frame.rows), len(spelled)
    if axis.column.starts is not None:
        rows = np.repeat(rows, np.diff(axis.column.starts))
    told = np.append(spelled, False)[codes]
    rows, codes = rows[told], codes[told]
    if axis.column.starts is not None:  # a customer who has a value twice has it
        once, _ = dense(rows * size + codes)
        rows, codes = once // size, once % size
    keys, which = dense(table.compact.which[rows] * size + codes)
    weights = np.zeros(len(keys), dtype=np.int64)
    np.add.at(weights, which, table.frame.weights[rows])
    return RawValues(axis, at, keys // size, keys % size, weights)


def _by_row(table: Table, entries: Entries) -> tuple[Ints, Ints]:
    """Where the entries of each row stand, and where these begin."""
    order = np.argsort(entries.rows, kind="stable")
    return order, starts_of(np.bincount(entries.rows, minlength=len(table.compact.rows)))


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


def _warn(table: Table, at: int) -> None:
    detail = (
        "customers have too many values of these fields at once to tell of each group how they are spelled"
    )
    warning = {"code": "spellings_left_out", "detail": detail, "at": f"/groupings/{at}"}
    if warning not in table.warnings:
        table.warnings.append(warning)
