"""Rules: of which class a value is. The first one that matches wins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from servicekit.text import folded
from services.reports.configuring.domain.model import Rule, Subdivision
from services.reports.configuring.domain.texts import text_of
from services.reports.normalizing.domain.buckets import bucket_of
from services.reports.normalizing.domain.mapped import EMPTY, Mapped, Scalar, Value, is_blank
from services.reports.normalizing.domain.patterns import matcher_of

Match = Callable[[Any], bool]


def classify(
    values: Sequence[Scalar],
    counts: Sequence[int],
    part: Subdivision,
    *,
    zone: ZoneInfo,
    former: Mapping[str, str],
) -> Mapped:
    """The class of each value: the classes in the order of their rules, the default last. Without a default
    what no rule matches is empty, and whoever has no value is of the default if no rule says otherwise."""
    rules = part.rules or ()
    labels = [rule.label for rule in rules] + ([part.default] if part.default else [])
    codes_of = {label: code for code, label in enumerate(dict.fromkeys(labels))}
    default = EMPTY if part.default is None else codes_of[part.default]
    unset = next((codes_of[rule.label] for rule in rules if rule.op == "is_not_set"), default)
    matchers: dict[type, list[tuple[Match, int]]] = {
        kind: [(_matcher(rule), codes_of[rule.label]) for rule in rules if _is_about(rule, kind)]
        for kind in (str, float, bool, _NoDate)
    }

    def code_of(value: Scalar) -> int:
        if is_blank(value):
            return unset
        compared = _compared(value, part, zone, former)
        for matches, code in matchers[_kind(compared)]:
            if matches(compared):
                return code
        return default

    codes = [code_of(value) for value in values]
    return Mapped(codes, _classes(list(codes_of), codes, values, counts), unset)


def _classes(
    labels: list[str], codes: list[int], values: Sequence[Scalar], counts: Sequence[int]
) -> list[Value]:
    places: list[list[int]] = [[] for _ in labels]
    for place in sorted(range(len(values)), key=lambda place: (-counts[place], text_of(values[place]))):
        if codes[place] != EMPTY and not is_blank(values[place]):
            places[codes[place]].append(place)
    return [
        Value(label, label, tuple(values[place] for place in members), "own")
        for label, members in zip(labels, places, strict=True)
    ]


def _compared(value: Scalar, part: Subdivision, zone: ZoneInfo, former: Mapping[str, str]) -> Any:
    """What rules look at: of a time its day, of a text what is left without case and accents."""
    if not isinstance(value, str):
        return value
    if part.unit:
        return bucket_of(value, part.unit, zone) or _NO_DATE
    text = folded(value)
    return folded(former[text]) if text in former else text


def _is_about(rule: Rule, kind: type) -> bool:
    """Whether values of this type may be as the rule says; others never are."""
    if rule.op in ("is_set", "is_not_set"):
        return rule.op == "is_set"
    operands = rule.value if isinstance(rule.value, tuple) else (rule.value,)
    return kind in map(_kind, operands)


def _matcher(rule: Rule) -> Match:
    """Whether a value is as the rule says."""
    if rule.op == "is_set":
        return lambda value: True
    if rule.op == "in":
        return frozenset(map(_fold, rule.value)).__contains__
    if rule.op == "between":
        first, last = map(_fold, rule.value)
        return lambda value: first <= value <= last
    return _MATCHERS[rule.op](_fold(rule.value))


class _NoDate:
    """What stands in a column of dates, and is none."""


_NO_DATE: Final = _NoDate()


def _kind(value: Any) -> type:
    return float if type(value) is int else type(value)


def _fold(value: Any) -> Any:
    return folded(value) if isinstance(value, str) else value


_MATCHERS: Final[dict[str, Callable[[Any], Match]]] = {
    "contains": lambda part: lambda text: part in text,
    "starts_with": lambda part: lambda text: text.startswith(part),
    "matches": matcher_of,
    "equals": lambda operand: lambda value: value == operand,
    "gt": lambda operand: lambda value: value > operand,
    "gte": lambda operand: lambda value: value >= operand,
    "lt": lambda operand: lambda value: value < operand,
    "lte": lambda operand: lambda value: value <= operand,
}
