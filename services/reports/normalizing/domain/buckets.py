"""Which day, week, month, quarter or year a date is of."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

_LENGTH: Final = len("2026-01-31")
# Since then the clocks of all zones have differed by whole quarters of an hour (Monrovia was the last), and
# have been changed at the beginning of one: all moments of a quarter are of one day.
_QUARTERS_SINCE: Final = "1973"
_MOMENT: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:)([0-5]\d):[0-5]\d(?:\.\d+)?Z", re.ASCII)


def bucket_of(text: str, unit: str, zone: ZoneInfo) -> str | None:
    """The first day of it; of a time that of the zone's day. None for what is no date.

    Weeks begin on Monday. The bucket of a first day is that day, whatever the zone.
    """
    found = _MOMENT.fullmatch(text)
    if found is None or text < _QUARTERS_SINCE:
        return _bucket_of(text, unit, zone)
    return _of_quarter(f"{found[1]}{int(found[2]) // 15 * 15:02}:00Z", unit, zone)


@lru_cache(maxsize=200_000)  # of five years, of which somebody looks at one report after the other
def _of_quarter(beginning: str, unit: str, zone: ZoneInfo) -> str | None:
    return _bucket_of(beginning, unit, zone)


def _bucket_of(text: str, unit: str, zone: ZoneInfo) -> str | None:
    try:
        day = date.fromisoformat(text) if len(text) == _LENGTH else _day_of(text, zone)
    except (ValueError, OverflowError):
        return None
    return _first(day, unit).isoformat()


def label_of(first_day: str, unit: str) -> str:
    """How a bucket is written: 2026-01-31, 2026-W05 (of ISO 8601, with its year), 2026-01, 2026-Q1, 2026."""
    match unit:
        case "week":
            year, week, _ = date.fromisoformat(first_day).isocalendar()
            return f"{year:04}-W{week:02}"
        case "month":
            return first_day[:7]
        case "quarter":
            return f"{first_day[:4]}-Q{(int(first_day[5:7]) + 2) // 3}"
        case "year":
            return first_day[:4]
    return first_day


def _day_of(text: str, zone: ZoneInfo) -> date:
    moment = datetime.fromisoformat(text.upper())
    return moment.date() if moment.tzinfo is None else moment.astimezone(zone).date()


def _first(day: date, unit: str) -> date:
    match unit:
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case "year":
            return day.replace(month=1, day=1)
    return day
