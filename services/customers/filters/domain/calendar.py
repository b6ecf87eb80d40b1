"""Days as people mean them: a day is what the zone calls one, be it 23, 24 or 25 hours long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

INSTANTS: Final = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1)}
DAYS: Final = {"day": 1, "week": 7}
MONTHS: Final = {"month": 1, "year": 12}
UNITS: Final = (*INSTANTS, *DAYS, *MONTHS)
CALENDAR_UNITS: Final = (*DAYS, *MONTHS)

# Nothing is older. Two days behind the first one, so that no zone can push it before the year 1.
EARLIEST: Final = date(1, 1, 3)
LATEST: Final = date(9999, 12, 29)


@dataclass(frozen=True, slots=True)
class Calendar:
    zone: ZoneInfo
    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def start_of(self, day: date) -> datetime:
        """The first moment of the day. Where clocks skip or repeat midnight: when the date changes."""
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    def end_of(self, day: date) -> datetime:
        """The first moment that is not of the day any more."""
        return self.start_of(day + timedelta(days=1))

    def ago(self, n: int, unit: str) -> datetime:
        """Minutes and hours pass alike everywhere; for the others the clock on the wall goes back."""
        if unit in INSTANTS:
            try:
                return max(self.now - n * INSTANTS[unit], self.start_of(EARLIEST))
            except OverflowError:
                return self.start_of(EARLIEST)
        local = self.now.astimezone(self.zone)
        wall = datetime.combine(days_ago(local.date(), n, unit), local.time(), self.zone)
        return wall.astimezone(UTC)


def days_ago(day: date, n: int, unit: str) -> date:
    """The date so many days, weeks, months or years before. The 31st becomes the last of a shorter month."""
    if unit in DAYS:
        return day - timedelta(days=min(n * DAYS[unit], (day - EARLIEST).days))
    year, month = divmod(day.year * 12 + day.month - 1 - n * MONTHS[unit], 12)
    if year < EARLIEST.year:
        return EARLIEST
    return max(EARLIEST, date(year, month + 1, min(day.day, _length(year, month + 1))))


def _length(year: int, month: int) -> int:
    after = date(year + month // 12, month % 12 + 1, 1)
    return (after - timedelta(days=1)).day
