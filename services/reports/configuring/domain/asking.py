"""What a configuration needs of its source."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from services.reports.configuring.domain.model import Configuration, Json

_DAY: Final = "day"
# Each is made of whole ones of those before it; weeks are made of days only.
_NARROW_FIRST: Final = ("day", "month", "quarter", "year")


def fields_of(configuration: Configuration) -> tuple[list[Json], str | None]:
    """The fields to group customers by, `{field, unit?}`, each once, and the field to measure.

    Of a date that is wanted in several units the widest that all of them are made of is asked for.
    """
    units: dict[str, set[str]] = {}
    for part in configuration.parts:
        wanted = units.setdefault(part.field, set())
        if part.unit:
            wanted.add(part.unit)
    asked: list[Json] = [
        {"field": field} | ({"unit": _common(wanted)} if wanted else {}) for field, wanted in units.items()
    ]
    return asked, configuration.total.field


def _common(units: Iterable[str]) -> str:
    wanted = set(units)
    if len(wanted) == 1:
        return wanted.pop()
    return _DAY if "week" in wanted else next(unit for unit in _NARROW_FIRST if unit in wanted)
