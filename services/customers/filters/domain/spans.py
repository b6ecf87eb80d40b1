"""Comparisons of numbers, dates and times: each is a span."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from services.customers.fields.domain.scalars import InvalidValue, read_date, read_datetime, read_number
from services.customers.filters.domain.calendar import (
    CALENDAR_UNITS,
    EARLIEST,
    LATEST,
    UNITS,
    Calendar,
    days_ago,
)
from services.customers.filters.domain.catalogue import MAX_AGO
from services.customers.filters.domain.tree import Span

COMPARISONS: Final = frozenset({"eq", "gt", "gte", "lt", "lte"})


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one written value stands for: a day, or a single point (`end` None)."""

    start: Any
    end: Any = None

    def compared(self, op: str) -> Span[Any]:
        match op:
            case "eq":
                return self.upto(self)
            case "gt":
                return Span(self.start, open=True) if self.end is None else Span(self.end)
            case "gte":
                return Span(self.start)
            case "lt":
                return Span(end=self.start)
        return Span(end=self.start, closed=True) if self.end is None else Span(end=self.end)

    def upto(self, last: Stretch) -> Span[Any]:
        """Both included, the days of the ends as a whole."""
        if last.start < self.start:
            raise InvalidValue("invalid_value", "the first value is after the second")
        if last.end is None:
            return Span(self.start, last.start, closed=True)
        return Span(self.start, last.end)


def read_point(type: str, value: Any, calendar: Calendar) -> Stretch:
    """A value of a number, date or datetime field."""
    try:
        return _POINTS[type](value, calendar)
    except InvalidValue as error:
        raise InvalidValue("invalid_value", error.detail) from None


def read_ago(type: str, op: str, value: Any, calendar: Calendar) -> Span[Any]:
    """`within_last` ends now; what lies ahead is in neither of the two."""
    n, unit = _read_relative(value, CALENDAR_UNITS if type == "date" else UNITS)
    if type == "date":
        start = days_ago(calendar.today, n, unit).isoformat()
        return Span(end=start) if op == "older_than" else Span(start, calendar.today.isoformat(), closed=True)
    since = calendar.ago(n, unit)
    return Span(end=since) if op == "older_than" else Span(since, calendar.now, closed=True)


def _number(value: Any, _: Calendar) -> Stretch:
    return Stretch(Decimal(repr(read_number(value))))


def _day(value: Any, _: Calendar) -> Stretch:
    return Stretch(read_date(value))


def _moment(value: Any, calendar: Calendar) -> Stretch:
    if not isinstance(value, str) or len(value) != len("1990-02-28"):
        return Stretch(datetime.fromisoformat(read_datetime(value)))
    day = date.fromisoformat(read_date(value))
    if not EARLIEST <= day <= LATEST:
        raise InvalidValue("invalid_value", "this date is too far away")
    return Stretch(calendar.start_of(day), calendar.end_of(day))


_POINTS: Final[dict[str, Callable[[Any, Calendar], Stretch]]] = {
    "number": _number,
    "date": _day,
    "datetime": _moment,
}


def _read_relative(value: Any, units: tuple[str, ...]) -> tuple[int, str]:
    if not isinstance(value, dict) or value.keys() != {"n", "unit"}:
        raise InvalidValue("invalid_value", 'an object such as {"n": 30, "unit": "day"} is expected')
    n, unit = value["n"], value["unit"]
    if type(n) is not int or not 1 <= n <= MAX_AGO:
        raise InvalidValue("invalid_value", f"n is a whole number from 1 to {MAX_AGO}")
    if not isinstance(unit, str) or unit not in units:
        raise InvalidValue("invalid_value", f"unit is one of {', '.join(units)}")
    return n, unit
