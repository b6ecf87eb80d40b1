"""Days, weeks, months and years in a zone whose days are not all alike."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.customers.filters.domain.calendar import EARLIEST, UNITS, Calendar, days_ago
from services.customers.tests.filters.village import ZONES

DAYS = st.dates(date(1900, 1, 1), date(2100, 1, 1))


def at(zone: str, moment: str) -> Calendar:
    return Calendar(ZoneInfo(zone), datetime.fromisoformat(moment))


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("Europe/Berlin", "2026-06-01", 24),
        ("America/Sao_Paulo", "2018-11-04", 23),  # its midnight did not happen
        ("America/Sao_Paulo", "2018-02-17", 25),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Pacific/Apia", "2011-12-30", 0),  # nobody there saw that day
    ],
)
def test_a_day_is_as_long_as_the_zone_has_it(zone: str, day: str, hours: float) -> None:
    calendar, day_asked = at(zone, "2026-01-01T00:00Z"), date.fromisoformat(day)
    assert calendar.end_of(day_asked) - calendar.start_of(day_asked) == timedelta(hours=hours)


@given(zone=st.sampled_from(ZONES), day=DAYS)
def test_every_moment_belongs_to_one_day(zone: str, day: date) -> None:
    calendar = at(zone, "2026-01-01T00:00Z")
    start = calendar.start_of(day)
    assert start == calendar.end_of(day - timedelta(days=1))
    assert (start - timedelta(microseconds=1)).astimezone(calendar.zone).date() < day
    assert start.astimezone(calendar.zone).date() >= day


@pytest.mark.parametrize(
    ("n", "unit", "then"),
    [
        (1, "day", "2026-03-28T10:00:00+00:00"),  # 23 hours: clocks went forward in the night
        (24, "hour", "2026-03-28T09:00:00+00:00"),
        (90, "minute", "2026-03-29T07:30:00+00:00"),
        (1, "week", "2026-03-22T10:00:00+00:00"),
        (1, "month", "2026-02-28T10:00:00+00:00"),
        (1, "year", "2025-03-29T10:00:00+00:00"),
        (13, "month", "2025-02-28T10:00:00+00:00"),
    ],
)
def test_days_and_longer_turn_back_the_clock_on_the_wall(n: int, unit: str, then: str) -> None:
    assert at("Europe/Berlin", "2026-03-29T09:00:00+00:00").ago(n, unit).isoformat() == then


def test_the_31st_becomes_the_last_of_a_shorter_month() -> None:
    assert days_ago(date(2024, 3, 31), 1, "month") == date(2024, 2, 29)
    assert days_ago(date(2024, 2, 29), 1, "year") == date(2023, 2, 28)
    assert days_ago(date(2024, 1, 31), 2, "month") == date(2023, 11, 30)
    assert days_ago(date(2024, 12, 31), 12, "month") == date(2023, 12, 31)


@given(zone=st.sampled_from(ZONES), n=st.integers(1, 1_000_000), unit=st.sampled_from(UNITS))
def test_nothing_is_too_long_ago(zone: str, n: int, unit: str) -> None:
    calendar = at(zone, "2026-03-29T09:00:00+00:00")
    then = calendar.ago(n, unit)
    assert calendar.start_of(EARLIEST) <= then < calendar.now
    assert then.tzinfo is UTC
