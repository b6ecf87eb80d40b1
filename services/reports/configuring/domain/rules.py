"""Reading rules: what a value must be like to be of a class."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from servicekit.forms import Wrong, read_text
from services.reports.configuring.domain.form import Form, one_of, read_name
from services.reports.configuring.domain.known import DATES, Known
from services.reports.configuring.domain.model import Rule
from services.reports.configuring.domain.parts import NOWHERE

MAX_RULES: Final = 100
MAX_VALUES: Final = 500
MAX_PATTERN: Final = 200
_PRESENCE: Final = ("is_set", "is_not_set")
_TEXTS: Final = ("equals", "contains", "starts_with", "matches", "in", *_PRESENCE)
_ORDERED: Final = ("equals", "in", "gt", "gte", "lt", "lte", "between", *_PRESENCE)
_ANY: Final = tuple(dict.fromkeys((*_TEXTS, *_ORDERED)))
OTHER: Final = "Other"


def read_rules(form: Form, known: Known) -> tuple[Rule, ...]:
    """At least one."""
    rules = [_rule(each, known) for each in form.forms("rules", most=MAX_RULES)]
    if form.given["rules"] == []:
        form.wrong("rules", code="required", detail="at least one rule is needed")
    return tuple(rules)


def read_default(form: Form) -> str | None:
    """The class of whatever no rule matches: none if somebody said so."""
    if "default" in form.given and form.given["default"] is None:
        return None
    return form.value("default", read_name, OTHER)


def operations_of(known: Known) -> tuple[str, ...]:
    """Those that make sense for the field."""
    if known is NOWHERE:
        return _ANY
    if known.textual:
        return _TEXTS
    return ("equals", *_PRESENCE) if known.type == "boolean" else _ORDERED


def _rule(form: Form, known: Known) -> Rule:
    form.only("op", "value", "as")
    op = form.needed("op", one_of(_ANY), "")
    if op and op not in operations_of(known):
        form.wrong("op", code="unknown_operation", detail=f"one of {', '.join(operations_of(known))}")
        op = ""
    label = form.needed("as", read_name, "")
    if op in _PRESENCE and form.given.get("value") is not None:
        form.wrong("value", code="unexpected", detail="this operation has no value")
    value = form.needed("value", _reader(op, known), None) if op and op not in _PRESENCE else None
    return Rule(op, label, value)


def _reader(op: str, known: Known) -> Callable[[Any], Any]:
    one = _reader_of_one(known)
    if op == "in":
        return lambda value: _several(value, one, at_most=MAX_VALUES)
    if op == "between":
        return lambda value: _span(value, one)
    return one


def _reader_of_one(known: Known) -> Callable[[Any], Any]:
    if known is NOWHERE:
        return lambda value: value
    if known.textual:
        return lambda value: read_text(value, longest=MAX_PATTERN)
    if known.type in DATES:
        return _day
    return _truth if known.type == "boolean" else _number


def _several(value: Any, one: Callable[[Any], Any], *, at_most: int) -> tuple[Any, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= at_most:
        raise Wrong("invalid_list", f"a list of one to {at_most} values")
    return tuple(one(each) for each in value)


def _span(value: Any, one: Callable[[Any], Any]) -> tuple[Any, ...]:
    if not isinstance(value, list) or len(value) != 2:
        raise Wrong("invalid_list", "a list of the first and the last value")
    first, last = (one(each) for each in value)
    if not isinstance(first, dict) and type(first) is type(last) and last < first:
        raise Wrong("invalid_value", "the first value is after the second")
    return first, last


def _number(value: Any) -> int | float:
    if type(value) not in (int, float):
        raise Wrong("invalid_number", "a number is expected")
    return value  # type: ignore[no-any-return]


def _day(value: Any) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise Wrong("invalid_date", "a date such as 2026-01-31 is expected") from None


def _truth(value: Any) -> bool:
    if type(value) is not bool:
        raise Wrong("invalid_type", "true or false is expected")
    return value
