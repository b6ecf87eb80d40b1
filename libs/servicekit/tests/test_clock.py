"""One spelling of a moment."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from servicekit.clock import parse_rfc3339, to_rfc3339


def test_a_moment_keeps_its_microseconds_on_the_way_there_and_back() -> None:
    moment = datetime(2026, 11, 21, 10, 0, 0, 123456, tzinfo=UTC)
    assert to_rfc3339(moment) == "2026-11-21T10:00:00.123456Z"
    assert parse_rfc3339(to_rfc3339(moment)) == moment


def test_an_offset_is_turned_into_utc() -> None:
    assert to_rfc3339(parse_rfc3339("2026-11-21T12:00:00+02:00")) == "2026-11-21T10:00:00Z"


@pytest.mark.parametrize("text", ["2026-11-21", "2026-11-21T10:00:00", "10:00", "", "2026-13-01T00:00:00Z"])
def test_what_names_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (the message is Python's)
        parse_rfc3339(text)
