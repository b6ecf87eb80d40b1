"""Who asks, with what they may use, and what "today" means to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import Connection

from servicekit.clock import utc_now
from servicekit.errors import Invalid
from servicekit.scope import Scope
from services.customers import configuration
from services.customers.configuration import Configuration
from services.customers.messages import is_masked

LONGEST_ZONE: Final = 64


@dataclass(frozen=True, slots=True)
class Asker:
    """Whoever asks for customers: all that the meaning of a filter depends on."""

    scope: Scope
    configuration: Configuration
    zone: ZoneInfo
    now: datetime

    @property
    def masked(self) -> bool:
        return is_masked(self.scope, self.configuration)


def asker(
    connection: Connection,
    scope: Scope,
    *,
    time_zone: str | None = None,
    now: datetime | None = None,
    pointer: str = "/time_zone",
) -> Asker:
    """`time_zone` is an IANA name, the company's without one. Raises Invalid unknown_time_zone."""
    current = configuration.current(connection)
    zone = find_zone(time_zone or current.settings.time_zone)
    if zone is None:
        raise Invalid.at(
            pointer, "unknown_time_zone", "a zone of the IANA database, such as America/Sao_Paulo"
        )
    return Asker(scope, current, zone, now or utc_now())


def find_zone(name: str) -> ZoneInfo | None:
    return ZoneInfo(name) if len(name) <= LONGEST_ZONE and name in _zones() else None


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
