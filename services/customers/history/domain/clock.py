"""Clocks: when something was said, as a text that sorts, so that events may arrive in any order.

A clock is the time of what was said and the id of what said it. Two different events never have
the same clock, so "the latest" and "the first" are the same whatever the order of arrival.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

NEVER = ""  # before every clock
TOLERANCE = timedelta(minutes=5)


def clock(at: datetime, unique: str) -> str:
    return f"{at.astimezone(UTC).isoformat(timespec='microseconds')} {unique}"


def time_of(mark: str) -> datetime:
    return datetime.fromisoformat(mark.partition(" ")[0])


def credible(at: datetime | None, *, received: datetime) -> datetime:
    """A time more than five minutes ahead, or none at all, counts as the time of receipt."""
    return received if at is None or at > received + TOLERANCE else at
