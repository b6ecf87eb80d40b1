"""Counts of one range of customers after the other, as counts of all of them.

A range has a dictionary of its own for each column; here every value has one code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal, Inexact
from typing import Any, Final

from servicekit.packed import lists_of, pack_lists

Json = dict[str, Any]
Key = tuple[Any, ...]
# Sums are exact: what has more digits than this is a defect, not a number.
_EXACT: Final = Context(prec=2_000, traps=[Inexact])


class TooManyGroups(Exception):
    """More than are kept in memory."""


@dataclass(slots=True)
class _Group:
    weight: int = 0
    present: int = 0
    sum: Decimal = Decimal(0)
    least: Decimal | None = None
    greatest: Decimal | None = None

    def add(self, weight: int, number: tuple[int, str, str | None, str | None] | None) -> None:
        self.weight += weight
        if number is None:
            return
        present, total, least, greatest = number
        self.present += present
        self.sum = _EXACT.add(self.sum, Decimal(total))
        if least is not None:
            self.least = Decimal(least) if self.least is None else min(self.least, Decimal(least))
        if greatest is not None:
            known = self.greatest
            self.greatest = Decimal(greatest) if known is None else max(known, Decimal(greatest))


@dataclass(slots=True)
class Merging:
    """What was counted so far; `most` groups at most, whose texts have `most_characters` at most."""

    most: int
    most_characters: int = 50_000_000
    customers: int = 0
    _characters: int = 0
    _head: list[Json] = field(default_factory=list)
    _numbered: list[dict[tuple[type, Any], int]] = field(default_factory=list)
    _groups: dict[Key, _Group] = field(default_factory=dict)
    _measured: str | None = None

    @property
    def groups(self) -> int:
        """How many combinations of values were met."""
        return len(self._groups)

    def add(self, frame: Mapping[str, Any]) -> None:
        """The next range. Raises TooManyGroups."""
        if not self._head:
            self._head = [
                {name: column[name] for name in ("field", "label", "type", "several")}
                for column in frame["columns"]
            ]
            self._numbered = [{} for _ in self._head]
        keys = zip(*map(self._coded, range(len(self._head)), frame["columns"]), strict=True)
        numbers = self._numbers(frame)
        for key, weight, number in zip(keys, frame["weights"], numbers, strict=True):
            group = self._groups.get(key)
            if group is None:
                group = self._groups[key] = _Group()
            group.add(weight, number)
        self.customers += sum(frame["weights"])
        if len(self._groups) > self.most or self._characters > self.most_characters:
            raise TooManyGroups

    def values_of(self, name: str) -> set[Any]:
        """Every value of a field that was met."""
        met: set[Any] = set()
        for head, numbered in zip(self._head, self._numbered, strict=True):
            if head["field"] == name:
                met.update(value for _, value in numbered)
        return met

    def frame(self) -> Json:
        """All of it, in the form of one range."""
        groups = list(self._groups.values())
        columns = zip(*self._groups, strict=True) if groups else [()] * len(self._head)
        return {
            "rows": len(groups),
            "columns": [
                {
                    **head,
                    "values": [value for _, value in numbered],
                    "codes": pack_lists(codes) if head["several"] else list(codes),
                }
                for head, numbered, codes in zip(self._head, self._numbered, columns, strict=True)
            ],
            "weights": [group.weight for group in groups],
            "measure": None if self._measured is None else _measure(self._measured, groups),
        }

    def _coded(self, n: int, column: Mapping[str, Any]) -> list[Any]:
        """The codes of a range as those of all."""
        ours = [self._code(self._numbered[n], value) for value in column["values"]]
        if column["several"]:
            return [tuple(sorted(ours[code] for code in codes)) for codes in lists_of(column["codes"])]
        return [ours[code] if code >= 0 else code for code in column["codes"]]

    def _code(self, numbered: dict[tuple[type, Any], int], value: Any) -> int:
        key = (type(value), value)  # True and 1 are equal, and not the same value
        code = numbered.get(key)
        if code is None:
            code = numbered[key] = len(numbered)
            self._characters += len(value) if isinstance(value, str) else 0
        return code

    def _numbers(self, frame: Mapping[str, Any]) -> Any:
        measure = frame["measure"]
        if measure is None:
            return [None] * len(frame["weights"])
        self._measured = measure["field"]
        parts = (measure[name] for name in ("present", "sums", "least", "greatest"))
        return zip(*parts, strict=True)


def _measure(name: str, groups: list[_Group]) -> Json:
    return {
        "field": name,
        "present": [group.present for group in groups],
        "sums": [_text(group.sum) for group in groups],
        "least": [None if group.least is None else _text(group.least) for group in groups],
        "greatest": [None if group.greatest is None else _text(group.greatest) for group in groups],
    }


def _text(number: Decimal) -> str:
    return format(number, "f")
