"""When days, weeks, months, quarters and years begin somewhere, so that no moment is converted for itself.

Which of some thousand moments one lies behind is found in a tenth of the time that its date in a zone takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Starts:
    """From the first of `moments` to the last: behind each of them begins the day beside it, and goes on up
    to the next. The last one is the end."""

    moments: tuple[datetime, ...]
    days: tuple[date, ...]


def starts_of(unit: str, zone: ZoneInfo, *, first_year: int, last_year: int) -> Starts:
    """Those in these years, and the first one behind them."""
    found = list[tuple[datetime, date]]()
    for day in _days(unit, first_year, last_year):
        first = datetime.combine(day, time(), zone)
        offset, again = _offset(first), first.replace(fold=1)
        found.append((first.replace(tzinfo=UTC) - offset, day))
        # Where clocks go back over midnight the day begins twice, and in between is the one before.
        if offset > _offset(again):
            found += [(_change(first, again), _before(day, unit)), (again.astimezone(UTC), day)]
    return Starts(tuple(moment for moment, _ in found), tuple(day for _, day in found))


def _days(unit: str, first_year: int, last_year: int) -> Iterator[date]:
    """The first days of all units, up to one that is behind the last year."""
    day = date(first_year, 1, 1)
    if unit == "week":
        day += timedelta(days=-day.weekday() % 7)
    while day.year <= last_year:
        yield day
        day = _following(day, unit)
    yield day


def _following(day: date, unit: str) -> date:
    if unit in _MONTHS:
        year, month = divmod(day.year * 12 + day.month - 1 + _MONTHS[unit], 12)
        return date(year, month + 1, 1)
    return day + timedelta(days=7 if unit == "week" else 1)


def _offset(moment: datetime) -> timedelta:
    return moment.utcoffset() or timedelta()


def _before(day: date, unit: str) -> date:
    """The first day of the unit before."""
    if unit in _MONTHS:
        year, month = divmod(day.year * 12 + day.month - 1 - _MONTHS[unit], 12)
        return date(year, month + 1, 1)
    return day - timedelta(days=7 if unit == "week" else 1)


def _change(first: datetime, again: datetime) -> datetime:
    """The moment between the two at which clocks are set back."""
    low, high = first.astimezone(UTC), again.astimezone(UTC)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        later = _offset(middle.astimezone(first.tzinfo)) == _offset(again)
        low, high = (low, middle) if later else (middle, high)
    return high.replace(microsecond=0)
