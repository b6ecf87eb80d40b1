"""Settings → Customers: what may be set, to what, and what holds until somebody does."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from phonenumbers import SUPPORTED_REGIONS

from servicekit.errors import Invalid

MAX_CHANNEL_TEAMS = 500
_SOURCE = re.compile(r"[^\s\x00-\x1f\x7f]{1,255}")


@dataclass(frozen=True, slots=True)
class CustomerSettings:
    """The defaults are the cautious ones. `channel_teams` maps a source or a channel to a team's id."""

    allow_duplicates: bool = False
    hide_contact_data: bool = False
    default_region: str = "BR"
    time_zone: str = "UTC"
    default_team: str | None = None
    channel_teams: Mapping[str, str] = field(default_factory=dict)
    agents_may_import: bool = False
    agents_may_export: bool = False
    version: int = 1

    def values(self) -> dict[str, Any]:
        """What is stored: everything but the version."""
        return {key: value for key, value in asdict(self).items() if key != "version"}

    def team_of(self, *, source: str, channel: str) -> str | None:
        """The team of a conversation that names none: its source's, its channel's, or the default one."""
        return self.channel_teams.get(source) or self.channel_teams.get(channel) or self.default_team


def changed(
    settings: CustomerSettings, patch: Mapping[str, Any], *, known_teams: Collection[str]
) -> CustomerSettings:
    """After a merge patch, one version later. Raises Invalid with one error for each wrong value."""
    values, errors = settings.values(), []
    for key, value in patch.items():
        read = _READERS.get(key)
        try:
            if read is None:
                raise _Wrong("unknown_property", "there is no such setting")
            values[key] = read(value, values[key], known_teams)
        except _Wrong as error:
            pointer = f"/{_escaped(key)}{error.under}"
            errors.append({"pointer": pointer, "code": error.code, "detail": error.detail})
    if errors:
        raise Invalid("invalid", {"errors": errors})
    return replace(settings, **values, version=settings.version + 1)


class _Wrong(ValueError):
    def __init__(self, code: str, detail: str, *, under: str = "") -> None:
        super().__init__(code)
        self.code, self.detail, self.under = code, detail, under


_Reader = Callable[[Any, Any, Collection[str]], Any]


def _flag(value: Any, _now: Any, _teams: Collection[str]) -> bool:
    if not isinstance(value, bool):
        raise _Wrong("invalid_boolean", "true or false is expected")
    return value


def _region(value: Any, _now: Any, _teams: Collection[str]) -> str:
    region = value.upper() if isinstance(value, str) else ""
    if region not in SUPPORTED_REGIONS:
        raise _Wrong("unknown_region", "a country of ISO 3166 with telephone numbers is expected, such as BR")
    return region


def _zone(value: Any, _now: Any, _teams: Collection[str]) -> str:
    if not isinstance(value, str) or value not in _zones():
        raise _Wrong("unknown_time_zone", "a zone of the IANA database, such as America/Sao_Paulo")
    return value


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _team(value: Any, _now: Any, teams: Collection[str]) -> str | None:
    return None if value is None else _known_team(value, teams)


def _channel_teams(value: Any, now: Mapping[str, str], teams: Collection[str]) -> dict[str, str]:
    """A merge patch as well: null takes a source out, null for the whole takes out all."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise _Wrong("invalid_object", "an object of sources or channels and their teams is expected")
    result = dict(now)
    for source, team in value.items():
        if team is None:
            result.pop(source, None)
        elif not _SOURCE.fullmatch(source):
            raise _Wrong("invalid_source", "sources and channels are 1 to 255 characters without spaces")
        else:
            result[source] = _known_team(team, teams, under=f"/{_escaped(source)}")
    if len(result) > MAX_CHANNEL_TEAMS:
        raise _Wrong("too_many", f"at most {MAX_CHANNEL_TEAMS} sources and channels")
    return result


def _known_team(value: Any, teams: Collection[str], *, under: str = "") -> str:
    try:
        team = str(UUID(value))
    except (ValueError, AttributeError, TypeError):
        team = ""
    if team not in teams:
        raise _Wrong("unknown_team", "there is no such team", under=under)
    return team


def _escaped(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1")


_READERS: dict[str, _Reader] = {
    "allow_duplicates": _flag,
    "hide_contact_data": _flag,
    "default_region": _region,
    "time_zone": _zone,
    "default_team": _team,
    "channel_teams": _channel_teams,
    "agents_may_import": _flag,
    "agents_may_export": _flag,
}
