"""Cells of a table as texts that read back as the same value, whatever program looks at them in between."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Final

# Before, spreadsheets count a day that never was.
_FIRST_DAY: Final = date(1900, 3, 1)


def number_text(number: int | float) -> str:
    """With a point and without an exponent. Not 1.234, in which some see thousands, but 1.2340."""
    if isinstance(number, int):
        return str(number)
    text = format(Decimal(repr(number)), "f")
    whole, _, decimals = text.removeprefix("-").partition(".")
    return f"{text}0" if len(decimals) == 3 and len(whole) <= 3 else text


def moment_text(moment: str, zone: tzinfo) -> str:
    """RFC 3339 in this zone, where it has an offset that RFC 3339 can write."""
    if zone is UTC:
        return moment
    local = datetime.fromisoformat(moment).astimezone(zone)
    text = local.isoformat()
    return text if text[-6] in "+-" else local.astimezone(UTC).isoformat()


def day_of(text: str) -> date | None:
    """The date, if a spreadsheet can hold it as one."""
    day = date.fromisoformat(text)
    return day if day >= _FIRST_DAY else None


def local_time(moment: str, zone: tzinfo, *, exact: bool) -> datetime | None:
    """The time of this zone, if a spreadsheet can hold it: to the second, and without saying the offset.

    `exact`: None also for what would not mean the same moment when it is read in this zone.
    """
    local = datetime.fromisoformat(moment).astimezone(zone)
    if local.date() < _FIRST_DAY:
        return None
    if exact and (local.microsecond or _is_ambiguous(local)):
        return None
    return local.replace(microsecond=0, tzinfo=None)


def _is_ambiguous(local: datetime) -> bool:
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
