"""Beginnings of days against the calendar."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.customers.reporting.domain.days import Starts, starts_of
from services.customers.tests.reporting.test_same_as_exports import UNITS, first_day

# Clocks that skip midnight, go back to before it, or leave out a day.
ZONES = [
    "UTC", "America/Sao_Paulo", "America/Havana", "Asia/Beirut", "America/St_Johns", "Pacific/Apia",
    "Asia/Kathmandu", "Africa/Casablanca", "Pacific/Chatham", "America/Asuncion",
]  # fmt: skip
moments = st.datetimes(datetime(2000, 1, 5), datetime(2028, 12, 30), timezones=st.just(UTC))


@cache
def starts_in(unit: str, zone: ZoneInfo) -> Starts:
    return starts_of(unit, zone, first_year=2000, last_year=2028)


def day_of(moment: datetime, unit: str, zone: ZoneInfo) -> str:
    starts = starts_in(unit, zone)
    return starts.days[bisect_right(starts.moments, moment) - 1].isoformat()


@settings(deadline=None)
@given(moments, st.sampled_from(ZONES), st.sampled_from(UNITS))
def test_a_moment_is_of_the_day_that_the_zone_says(moment: datetime, name: str, unit: str) -> None:
    zone = ZoneInfo(name)
    assert day_of(moment, unit, zone) == first_day(moment.astimezone(zone).date(), unit)


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("unit", UNITS)
def test_so_are_those_around_each_beginning(name: str, unit: str) -> None:
    zone = ZoneInfo(name)
    starts = starts_in(unit, zone)
    assert list(starts.moments) == sorted(starts.moments)
    for start in starts.moments[1:-1]:
        for moment in (start - timedelta(microseconds=1), start, start + timedelta(minutes=5)):
            assert day_of(moment, unit, zone) == first_day(moment.astimezone(zone).date(), unit)


def test_clocks_that_go_back_over_midnight_repeat_the_day_before() -> None:
    zone, minute = ZoneInfo("America/St_Johns"), timedelta(minutes=1)
    starts = starts_in("day", zone)
    assert len(starts.days) > len(set(starts.days))
    back = next(n for n, day in enumerate(starts.days) if starts.days[n + 1] < day)
    assert starts.moments[back + 1] - starts.moments[back] == minute
