"""The one place that reads the clock, and the one spelling of a moment on the wire: RFC 3339, UTC, `Z`."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def to_rfc3339(moment: datetime) -> str:
    """`2026-11-21T10:00:00.123456Z`; microseconds are kept, and left out when zero."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_rfc3339(text: str) -> datetime:
    """The moment in UTC. Raises ValueError for anything without an offset: a local time names no moment."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or "T" not in text:
        raise ValueError("not an RFC 3339 date-time with an offset")
    return moment.astimezone(UTC)
