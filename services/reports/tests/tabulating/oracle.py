"""The table once more, slowly: loops over single customers, no arrays, nothing counted ahead of time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from servicekit.text import folded
from services.reports.configuring.domain.model import Configuration, Part, Sort, Subdivision, Top
from services.reports.normalizing.domain.mapped import Value
from services.reports.normalizing.domain.mapping import map_values
from services.reports.tests.tabulating.building import LISTS, TYPES, Customer, Json

EMPTY, OTHERS = "empty", "others"
Code = Any  # the place of a value, or one of the two
Groups = dict[Any, dict[int, int]]  # by code the customers, and how many mentions of them are meant
Member = tuple[int, int]  # the number of a customer, and how many mentions of them are meant


@dataclass
class Mapping_:
    """What each customer has of a field, and how many mentions make it."""

    part: Part
    values: list[Value]
    of: list[dict[Code, int]]

    def key(self, code: Code) -> tuple[Any, ...]:
        value = self.values[code]
        spelled = min(map(str, value.spellings), default="")
        if isinstance(value.value, int | float):
            return 0, value.value, value.label, spelled
        return 1, folded(value.label), value.label, spelled


def mapping_of(customers: Sequence[Customer], part: Part) -> Mapping_:
    raws: dict[str, Any] = {}
    counts: dict[str, int] = {}
    each = [_raw(customer, part.field) for customer in customers]
    for values in each:
        for value in values:
            raws.setdefault(repr(value), value)
        for key in {repr(value) for value in values}:
            counts[key] = counts.get(key, 0) + 1
    keys = list(raws)
    mapped = map_values(
        [raws[key] for key in keys], [counts[key] for key in keys], part, zone=ZoneInfo("UTC")
    )
    code_of = dict(zip(keys, mapped.codes, strict=True))
    return Mapping_(part, mapped.values, [_codes(values, code_of, mapped.empty) for values in each])


def _raw(customer: Customer, field: str) -> list[Any]:
    value = customer.get(field)
    return list(value or ()) if field in LISTS else [] if value is None else [value]


def _codes(values: Sequence[Any], code_of: Mapping[str, int], empty: int) -> dict[Code, int]:
    said = [value for value in values if not (isinstance(value, str) and not value.strip())]
    if not said:
        return {EMPTY if empty < 0 else empty: 1}
    codes: dict[Code, int] = {}
    for value in said:
        if (code := code_of[repr(value)]) >= 0:
            codes[code] = codes.get(code, 0) + 1
    return codes or {EMPTY: 1}


class Oracle:
    """`tree()` and `grand()` as the engine should tell them."""

    def __init__(self, customers: Sequence[Customer], configuration: Configuration) -> None:
        self.customers, self.configuration = customers, configuration
        self.groupings = [mapping_of(customers, part) for part in configuration.groupings]
        self.blocks = [self._block(mapping_of(customers, part)) for part in configuration.subdivisions]
        self.keys = self._keys()

    def tree(self) -> list[Json]:
        return self._groups([(n, 1) for n in range(len(self.customers))], 0)

    def grand(self) -> Json:
        return self._told([(n, 1) for n in range(len(self.customers))])

    def _groups(self, members: Sequence[Member], depth: int) -> list[Json]:
        if depth == len(self.groupings):
            return []
        mapping, grouping = self.groupings[depth], self.configuration.groupings[depth]
        groups: Groups = {}
        for n, mentions in members:
            for code, times in mapping.of[n].items():
                groups.setdefault(code, {})[n] = mentions * (times if grouping.mentions else 1)
        top = grouping.top or (self.configuration.top if depth == 0 else None)
        sort = grouping.sort or self.configuration.sort or usual(grouping)
        cell = next((at for at, key in enumerate(self.keys) if key == sort.by), None)
        if cell is None and sort.by not in ("total", "value"):
            sort = usual(grouping)

        def figure(code: Code) -> Fraction | None:
            inside = [m for m in groups[code].items() if cell is None or self._in_cell(m[0], cell)]
            return self.figure(inside)

        merged = self._merge(groups, mapping, top, figure)
        ordered = in_order(groups, mapping, sort, figure)
        found = []
        for code in ordered:
            label = f"Others ({merged})" if code == OTHERS else label_of(mapping, code)
            inside = sorted(groups[code].items())
            children = self._groups(inside, depth + 1)
            found.append({"label": label, **self._told(inside), "children": children})
        return found

    def _merge(
        self, groups: dict[Code, dict[int, int]], mapping: Mapping_, top: Top | None, figure: Any
    ) -> int:
        """The groups beyond the top become one."""
        if top is None:
            return 0
        ranked = in_order([c for c in groups if c != EMPTY], mapping, Sort("total", True), figure)
        for code in ranked[top.n :]:
            members = groups.pop(code)
            if top.others:
                others = groups.setdefault(OTHERS, {})
                for n, mentions in members.items():
                    many = getattr(mapping.part, "mentions", False)
                    others[n] = others.get(n, 0) + mentions if many else mentions
        return max(len(ranked) - top.n, 0)

    def _block(self, mapping: Mapping_) -> tuple[Mapping_, list[Code], int]:
        """The mapping after the top, the columns in their order, and how many values are in the others."""
        groups: Groups = {}
        for n, codes in enumerate(mapping.of):
            for code in codes:
                groups.setdefault(code, {})[n] = 1
        rules = isinstance(mapping.part, Subdivision) and mapping.part.rules is not None
        for code in range(len(mapping.values) if rules else 0):
            groups.setdefault(code, {})

        def figure(code: Code) -> Fraction | None:
            return self.figure(list(groups[code].items()))

        merged = self._merge(groups, mapping, mapping.part.top, figure)
        ordered = in_order(groups, mapping, usual(mapping.part), figure)
        if rules:
            ordered = sorted(groups, key=lambda code: {EMPTY: 10**6, OTHERS: 10**7}.get(code, code))
        of = [{code: 1 for code in groups if n in groups[code]} for n in range(len(self.customers))]
        return Mapping_(mapping.part, mapping.values, of), ordered, merged

    def _keys(self) -> list[str]:
        taken = {"total", "value"}
        keys = []
        for mapping, codes, merged in self.blocks:
            for code in codes:
                label = f"Others ({merged})" if code == OTHERS else label_of(mapping, code)
                name = f"{mapping.part.field.title()}: {label}" if len(self.blocks) > 1 else label
                key = next(k for k in (name, *(f"{name} ({n})" for n in range(2, 10**4))) if k not in taken)
                taken.add(key)
                keys.append(key)
        return keys

    def _in_cell(self, n: int, cell: int) -> bool:
        for mapping, codes, _ in self.blocks:
            if cell < len(codes):
                return codes[cell] in mapping.of[n]
            cell -= len(codes)
        raise AssertionError

    def _told(self, members: Sequence[Member]) -> Json:
        cells = [
            shown(self.figure([m for m in members if self._in_cell(m[0], cell)]))
            for cell in range(len(self.keys))
        ]
        total = shown(self.figure(members))
        return {"cells": dict(zip(self.keys, cells, strict=True)), "total": total, "customers": len(members)}

    def figure(self, members: Sequence[Member]) -> Fraction | None:
        if self.configuration.total.op == "count":
            return Fraction(sum(mentions for _, mentions in members))
        numbers = [Fraction(a) for n, _ in members if (a := self.customers[n].get("amount")) is not None]
        if not numbers:
            return None
        match self.configuration.total.op:
            case "sum":
                return sum(numbers, Fraction(0))
            case "average":
                return sum(numbers, Fraction(0)) / len(numbers)
            case "min":
                return min(numbers)
        return max(numbers)


def in_order(codes: Any, mapping: Mapping_, sort: Sort, figure: Any) -> list[Code]:
    plain = sorted((c for c in codes if c not in (EMPTY, OTHERS)), key=mapping.key)
    if sort.by == "value":
        plain = plain[::-1] if sort.descending else plain
    else:
        figures = {code: figure(code) for code in plain}
        sign = -1 if sort.descending else 1
        plain.sort(key=lambda code: (figures[code] is None, sign * (figures[code] or 0)))
    return [*plain, *(c for c in (EMPTY, OTHERS) if c in codes)]


def usual(part: Part) -> Sort:
    by_value = part.unit or TYPES[part.field] in ("number", "boolean", "date")
    return Sort("value") if by_value else Sort("total", True)


def label_of(mapping: Mapping_, code: Code) -> str:
    return "(empty)" if code == EMPTY else mapping.values[code].label


def shown(figure: Fraction | None) -> int | float | None:
    if figure is None:
        return None
    return int(figure) if figure.denominator == 1 and abs(figure) < 2**63 else float(figure)
