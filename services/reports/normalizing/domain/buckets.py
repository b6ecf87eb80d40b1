"""Which day, week, month, quarter or year a date is of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

_LENGTH: Final = len("2026-01-31")
# Since then the clocks of all zones have differed by whole minutes (Monrovia was the last).
_MINUTES_SINCE: Final = "1973"
_LAST_DAYS: Final = "9999-12-30"
_EPOCH: Final = date(1970, 1, 1)
_DAY: Final = 24 * 60  # minutes
_NOTHING, _ALMOST_A_DAY = timedelta(), timedelta(days=1, microseconds=-1)
_CHANGES: Final = 7 * _DAY  # no clock is that far ahead
_MOMENTS: Final = re.compile(r"(?:\d{4}-\d\d-\d\dT\d\d:[0-5]\d:[0-5]\d(?:\.\d+)?Z(?:\n|\Z))*+", re.ASCII)


def bucket_of(text: str, unit: str, zone: ZoneInfo) -> str | None:
    """The first day of it; of a time that of the zone's day. None for what is no date.

    Weeks begin on Monday. The bucket of a first day is that day, whatever the zone.
    """
    try:
        day = date.fromisoformat(text) if len(text) == _LENGTH else _day_of(text, zone)
    except (ValueError, OverflowError):
        return None
    return _first(day, unit).isoformat()


def buckets_of(texts: Sequence[str], unit: str, zone: ZoneInfo) -> list[str | None]:
    """The same for each of many. Of moments in UTC not each is looked at, but each day of theirs."""
    if not texts or min(texts) < _MINUTES_SINCE or max(texts) > _LAST_DAYS:
        return [bucket_of(text, unit, zone) for text in texts]
    if _MOMENTS.fullmatch("\n".join(texts)) is None:
        return [bucket_of(text, unit, zone) for text in texts]
    try:
        minutes = np.array([text[:16] for text in texts], dtype="datetime64[m]").astype(np.int64)
    except ValueError:  # the 30th of February
        return [bucket_of(text, unit, zone) for text in texts]
    days, of_day = np.unique(minutes // _DAY, return_inverse=True)
    offsets = np.array([_offset(day, zone) for day in days.tolist()])[of_day]
    local, of_local = np.unique((minutes + offsets) // _DAY, return_inverse=True)
    firsts = [_first(_EPOCH + timedelta(days=day), unit).isoformat() for day in local.tolist()]
    found: list[str | None] = [firsts[n] for n in of_local.tolist()]
    for place in np.flatnonzero(offsets == _CHANGES).tolist():
        found[place] = bucket_of(texts[place], unit, zone)
    return found


def _offset(day: int, zone: ZoneInfo) -> int:
    """Minutes that the clocks there are ahead of UTC for all of that day of UTC; _CHANGES if they are not."""
    begin = datetime.combine(_EPOCH + timedelta(days=day), time(), tzinfo=UTC)
    first, last = ((begin + after).astimezone(zone).utcoffset() for after in (_NOTHING, _ALMOST_A_DAY))
    return int(first.total_seconds()) // 60 if first is not None and first == last else _CHANGES


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
