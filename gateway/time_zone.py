"""The Time-Zone header: where the caller's days begin and end."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from servicekit.errors import Invalid


def parse_time_zone(header: bytes | None) -> str | None:
    """An IANA name; None without the header: the company's zone. Raises Invalid for anything else."""
    if header is None:
        return None
    name = header.decode("latin-1").strip()
    if name not in _zones():
        raise Invalid.at("/Time-Zone", "unknown_time_zone", "An IANA name such as America/Sao_Paulo.")
    return name


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
