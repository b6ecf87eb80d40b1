"""A configuration that was found to be right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made
from typing import Any, Final

Json = dict[str, Any]

UNITS: Final = ("day", "week", "month", "quarter", "year")
ALIAS_SETS: Final = ("countries", "brazilian_states", "us_states")
OPERATIONS: Final = ("count", "sum", "average", "min", "max")
PERCENTS: Final = ("row", "column", "total")
TOTAL: Final = "total"
VALUE: Final = "value"
_OF_ORDER: Final = ("top", "sort", "count")


@dataclass(frozen=True, slots=True)
class Sort:
    """`by` is "value", "total" or the key of a column of cells."""

    by: str
    descending: bool = False

    def dump(self) -> Json:
        return {"by": self.by, "descending": self.descending}


@dataclass(frozen=True, slots=True)
class Top:
    """The `n` largest; with `others` the rest is one more."""

    n: int
    others: bool = True

    def dump(self) -> Json:
        return {"n": self.n, "others": self.others}


@dataclass(frozen=True, slots=True)
class Rule:
    """Whatever it matches is of the class `label`. `value` is read: a tuple for `in` and `between`."""

    op: str
    label: str
    value: Any = None

    def dump(self) -> Json:
        told = {} if self.value is None else {"value": _plain(self.value)}
        return {"op": self.op, **told, "as": self.label}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A field, and how its values are put together.

    `unit` is set for dates. `normalize` is None where a value is spelled in one way only.
    """

    field: str
    unit: str | None = None
    normalize: bool | None = None
    aliases: tuple[str, ...] = ()
    join: Mapping[str, tuple[str, ...]] = made(default_factory=dict)
    split: tuple[str, ...] = ()
    rename: Mapping[str, str] = made(default_factory=dict)
    top: Top | None = None

    @property
    def mapping(self) -> Json:
        """What decides which values are one."""
        told = {key: value for key, value in self.dump().items() if key not in _OF_ORDER}
        return {**told, "unit": self.unit}

    def dump(self) -> Json:
        """What is not said otherwise is left out."""
        told: Json = {
            "unit": self.unit,
            "normalize": self.normalize,
            "aliases": list(self.aliases) or None,
            "join": {name: list(spellings) for name, spellings in self.join.items()} or None,
            "split": list(self.split) or None,
            "rename": dict(self.rename) or None,
            "top": self.top and self.top.dump(),
        }
        return {"field": self.field} | {key: value for key, value in told.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping(Part):
    """One level of rows. `mentions`: every value counts, not every customer who has it."""

    mentions: bool = False
    sort: Sort | None = None

    def dump(self) -> Json:
        count = {"count": "mentions"} if self.mentions else {}
        return {**Part.dump(self), **count, **({"sort": self.sort.dump()} if self.sort else {})}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subdivision(Part):
    """One block of columns: the values of a field, or the classes of `rules`. Without a `default`
    whatever no rule matches counts as empty."""

    rules: tuple[Rule, ...] | None = None
    default: str | None = None

    def dump(self) -> Json:
        if self.rules is None:
            return Part.dump(self)
        told = {"rules": [rule.dump() for rule in self.rules], "default": self.default}
        return {"field": self.field, **told, **({"top": self.top.dump()} if self.top else {})}


@dataclass(frozen=True, slots=True)
class Total:
    """What is told of the customers of a cell: how many, or something about their numbers in `field`."""

    op: str = "count"
    field: str | None = None

    def dump(self) -> Json:
        return {"op": self.op} | ({"field": self.field} if self.field else {})


@dataclass(frozen=True, slots=True)
class Configuration:
    """`groupings` from the outermost one. `sort` is that of all groupings without their own, `top` that
    of the first one; without a `time_zone` dates are those of whoever asks."""

    groupings: tuple[Grouping, ...]
    total: Total = Total()
    subdivisions: tuple[Subdivision, ...] = ()
    sort: Sort | None = None
    top: Top | None = None
    percent: tuple[str, ...] = ()
    subtotals: bool = False
    time_zone: str | None = None

    @property
    def parts(self) -> tuple[Part, ...]:
        return (*self.groupings, *self.subdivisions)

    def dump(self) -> Json:
        """What is kept and shown; reading it gives the same configuration."""
        told: Json = {
            "subdivisions": [each.dump() for each in self.subdivisions],
            "sort": self.sort and self.sort.dump(),
            "top": self.top and self.top.dump(),
            "percent": list(self.percent),
            "subtotals": self.subtotals,
            "time_zone": self.time_zone,
        }
        first = {"groupings": [each.dump() for each in self.groupings], "total": self.total.dump()}
        return first | {key: value for key, value in told.items() if value}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
