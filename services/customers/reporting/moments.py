"""The day, week, … that a date or a moment is in, as SQL."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from services.customers.fields.domain.expressions import expression
from services.customers.fields.domain.scalars import stored_moment
from services.customers.filters.context import Asker
from services.customers.reporting.domain.asked import Column
from services.customers.reporting.domain.days import starts_of

_LAST_AT: Final = "last_interaction_at"
# Years whose days are looked up. To convert what is of other years is slower, and no less right.
_BEHIND: Final = 10
_AHEAD: Final = 1


def moment_of(column: Column) -> str:
    """The value of a date or a time, over the rows `c` and `a`."""
    if column.known.custom is not None:
        return expression(column.known.custom)
    return "a.last_at" if column.known.name == _LAST_AT else f"c.{column.known.name}"


def first_day_of(column: Column, asker: Asker, parameters: dict[str, Any]) -> str:
    """The first day of the unit that it is in, for a moment where the asker is."""
    moment, unit = moment_of(column), column.unit
    if column.known.type == "date":
        return f"CAST(date_trunc('{unit}', CAST({moment} AS timestamp)) AS date)"
    parameters["zone"] = asker.zone.key
    parameters |= _bounds(unit or "", asker.zone, asker.now.year)
    stored = column.known.custom is not None
    found = f"""
        (CAST(:{unit}_days AS date[]))[
            width_bucket(CAST({moment} AS timestamptz), CAST(:{unit}_starts AS timestamptz[]))]"""
    first, end = (f":{unit}_{which}{'_stored' if stored else ''}" for which in ("first", "end"))
    if not stored:
        first, end = (f"CAST({bound} AS timestamptz)" for bound in (first, end))
    return f"""
        CASE WHEN {moment} >= {first} AND {moment} < {end} THEN {found}
        ELSE CAST(date_trunc('{unit}', CAST({moment} AS timestamptz) AT TIME ZONE :zone) AS date) END"""


@lru_cache(maxsize=64)
def _bounds(unit: str, zone: ZoneInfo, year: int) -> dict[str, Any]:
    """Ready to be sent: there may be thousands of them."""
    starts = starts_of(unit, zone, first_year=year - _BEHIND, last_year=year + _AHEAD)
    first, end = starts.moments[0], starts.moments[-1]
    return {
        f"{unit}_days": _array(starts.days),
        f"{unit}_starts": _array(moment.isoformat() for moment in starts.moments),
        f"{unit}_first": first,
        f"{unit}_end": end,
        f"{unit}_first_stored": stored_moment(first),
        f"{unit}_end_stored": stored_moment(end),
    }


def _array(values: Iterable[object]) -> str:
    return "{" + ",".join(map(str, values)) + "}"
