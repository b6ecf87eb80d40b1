"""Which day a moment is of, where people are, and which week, month, quarter or year."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reports.configuring.domain.model import UNITS
from services.reports.normalizing.domain.buckets import bucket_of, label_of
from services.reports.tests.normalizing.columns import UTC, grouping, mapped

SAO_PAULO, BERLIN = ZoneInfo("America/Sao_Paulo"), ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("unit", "first", "label"),
    [
        ("day", "2026-11-22", "2026-11-22"),
        ("week", "2026-11-16", "2026-W47"),
        ("month", "2026-11-01", "2026-11"),
        ("quarter", "2026-10-01", "2026-Q4"),
        ("year", "2026-01-01", "2026"),
    ],
)
def test_a_bucket_is_its_first_day_and_is_written_short(unit, first, label):
    assert bucket_of("2026-11-22", unit, UTC) == first
    assert label_of(first, unit) == label


@pytest.mark.parametrize(
    ("day", "label"),
    [
        ("2026-12-31", "2026-W53"),
        ("2027-01-03", "2026-W53"),
        ("2027-01-04", "2027-W01"),
        ("2024-12-30", "2025-W01"),
    ],
)
def test_weeks_begin_on_monday_and_have_their_own_years(day, label):
    assert label_of(bucket_of(day, "week", UTC), "week") == label


def test_a_moment_is_of_the_day_that_the_zone_calls_it():
    midnight = "2026-12-01T02:59:59.999999Z"
    assert bucket_of(midnight, "month", SAO_PAULO) == "2026-11-01"
    assert bucket_of("2026-12-01T03:00:00Z", "month", SAO_PAULO) == "2026-12-01"
    assert bucket_of("2026-11-30T23:30:00+00:00", "month", BERLIN) == "2026-12-01"


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        # Clocks go back at 01:00 UTC on the 25th of October 2026: that day has 25 hours.
        ("2026-10-24T21:59:59Z", "2026-10-24"),
        ("2026-10-24T22:00:00Z", "2026-10-25"),
        ("2026-10-25T22:59:59Z", "2026-10-25"),
        ("2026-10-25T23:00:00Z", "2026-10-26"),
    ],
)
def test_days_in_which_clocks_change_are_days(moment, day):
    assert bucket_of(moment, "day", BERLIN) == day


def test_a_day_that_has_no_midnight_is_a_day():
    # In São Paulo the 4th of November 2018 began at one o'clock.
    assert bucket_of("2018-11-04T02:59:59Z", "day", SAO_PAULO) == "2018-11-03"
    assert bucket_of("2018-11-04T03:00:00Z", "day", SAO_PAULO) == "2018-11-04"


@pytest.mark.parametrize("text", ["", "soon", "2026-02-30", "2026-13-01T00:00:00Z", "22/11/2026"])
def test_what_is_no_date_is_in_no_bucket(text):
    assert bucket_of(text, "day", UTC) is None


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Adak"])
def test_the_ends_of_the_calendar_do_no_harm(text, zone):
    for unit in UNITS:
        bucket_of(text, unit, ZoneInfo(zone))


@given(st.dates(), st.sampled_from(UNITS), st.sampled_from((UTC, SAO_PAULO, BERLIN)))
def test_the_bucket_of_a_bucket_is_itself_and_holds_its_days(day, unit, zone):
    first = bucket_of(day.isoformat(), unit, zone)
    assert bucket_of(first, unit, zone) == first
    assert 0 <= (day - date.fromisoformat(first)).days < {"day": 1, "week": 7, "month": 31}.get(unit, 366)


@given(st.dates(), st.sampled_from(UNITS[2:]))
def test_wider_buckets_are_made_of_whole_months_and_months_of_days(day, unit):
    month = bucket_of(day.isoformat(), "month", UTC)
    assert bucket_of(month, unit, UTC) == bucket_of(day.isoformat(), unit, UTC)


def test_dates_are_grouped_by_their_buckets_and_may_be_renamed_and_joined_by_either_name():
    column = {"2026-01-05": 1, "2026-01-31T23:00:00-03:00": 1, "2026-02-02": 1, "2026-04-01": 1, "soon": 1}
    part = grouping("created_at", unit="month", rename={"2026-04": "April"}, join={"Carnival": ["2026-02"]})
    values = mapped(column, part, zone=SAO_PAULO).values
    assert [(value.value, value.label) for value in values] == [
        ("2026-01-01", "2026-01"),
        ("Carnival", "Carnival"),
        ("2026-04-01", "April"),
        ("soon", "soon"),
    ]


ZONES = st.sampled_from(
    ("America/Sao_Paulo", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Monrovia", "Pacific/Apia", "UTC")
)
BEGINNING = st.datetimes(datetime(1950, 1, 1), datetime(2060, 1, 1))
APART = st.lists(st.integers(0, 4 * 3600).map(lambda seconds: timedelta(seconds=seconds)), max_size=12)


@settings(deadline=None)
@given(BEGINNING, APART, ZONES, st.sampled_from(UNITS))
def test_of_moments_that_are_near_each_other_each_has_its_own_bucket(beginning, apart, zone, unit):
    column = {f"{(beginning + after).isoformat()}Z": 1 for after in apart}
    there = ZoneInfo(zone)
    found = mapped(column, grouping("created_at", unit=unit), zone=there)
    assert [found.values[code].value for code in found.codes] == [
        bucket_of(text, unit, there) for text in column
    ]


@pytest.mark.parametrize("text", ["2026-02-30T10:00:00Z", "2026-13-01T10:00:00Z"])
def test_what_is_no_day_has_none_beside_others_either(text):
    column = {text: 1, f"{text[:-3]}30Z": 1, "2026-02-03T10:00:00Z": 1}
    found = mapped(column, grouping("created_at", unit="day"))
    assert {value.value for value in found.values} == {text, f"{text[:-3]}30Z", "2026-02-03"}


def test_the_last_day_of_all_has_no_next_one():
    column = {"9999-12-31T23:30:00Z": 1, "2026-01-01T00:00:00Z": 1}
    found = mapped(column, grouping("created_at", unit="day"), zone=BERLIN)
    assert "2026-01-01" in {value.value for value in found.values}
