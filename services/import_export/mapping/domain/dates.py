"""Dates as people write them. Day or month first is a rule of the column, never of the single cell."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from services.import_export.mapping.domain import texts
from services.import_export.mapping.domain.words import month_of
from services.import_export.mapping.domain.wrong import Cell, Notes, Wrong

ORDERS: Final = ("dmy", "mdy", "ymd")
# Where the month comes first; elsewhere, the day.
_MONTH_FIRST: Final = frozenset({"US", "PR", "GU", "VI", "AS", "MP", "FM", "MH", "PW", "PH"})
_ISO: Final = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_THREE: Final = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})")
_COMPACT: Final = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
_DAY_MONTH: Final = re.compile(
    r"(\d{1,2})(?:\.|º|ª)?[ -]+(?:de )?([^\W\d_]{3,12})\.?,?[ -]+(?:del? )?(\d{4}|\d{2})"
)
_MONTH_DAY: Final = re.compile(r"([^\W\d_]{3,12})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_TIME: Final = re.compile(
    r"(?P<date>.*?\d)(?:[Tt]|,? +)(?P<h>\d{1,2}):(?P<m>\d\d)(?::(?P<s>\d\d)(?:[.,](?P<f>\d{1,6})\d*)?)?"
    r" ?(?P<half>[AaPp]\.?[Mm]\.?)? ?(?P<offset>[Zz]|UTC|GMT|[+-]\d\d:?\d\d)?"
)
# What Outlook and databases write for a day that nobody gave.
_NO_DAY: Final = re.compile(r"0{1,4}([-/.])0{1,2}\1(?:0000|00?)(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?")
_LONGEST: Final = 64  # no date that anybody writes is longer
# Days since 30 December 1899, of the years 1927 to 2173; fewer digits might be a year, more a date.
_SERIAL: Final = re.compile(r"\d{5}(?:[.,]\d+)?")
_EPOCH: Final = datetime(1899, 12, 30)
_FIRST_SERIAL, _LAST_SERIAL = 1, 2_958_466
_PIVOT: Final = 30


@dataclass(frozen=True, slots=True)
class DateRule:
    """How the dates of a column are written. `assumed`: nothing in the column told it."""

    order: str
    zone: tzinfo
    assumed: bool = False


def usual_order(region: str) -> str:
    return "mdy" if region in _MONTH_FIRST else "dmy"


def order_of(cells: Iterable[Cell]) -> str | None:
    """The order of which the texts of a column give evidence; None if they give none, or contradict."""
    possible, seen = set(ORDERS), False
    for cell in cells:
        found = _THREE.match(cell.strip()) if isinstance(cell, str) else None
        if found:
            fits = {order for order in ORDERS if _in_order(found, order) is not None}
            if fits:
                seen = seen or len(fits & {"dmy", "mdy"}) < 2
                possible &= fits
    if not seen or not possible:
        return None
    return next((order for order in ORDERS if order in possible), None)


def doubts_of(cells: Iterable[Cell]) -> list[str]:
    """The codes of what is read by a rule of ours if the texts of a column are dates."""
    written = [cell for cell in cells if isinstance(cell, str) and not _NO_DAY.fullmatch(cell)]
    found = [match for text in written if (match := _THREE.match(text))]
    doubts = {
        "date_order": bool(found),
        "two_digit_year": any(len(match[4]) == 2 for match in found),
        "excel_serial": any(map(_SERIAL.fullmatch, written)),
    }
    return [code for code, there in doubts.items() if there]


def day_said(cell: Cell) -> Cell:
    """What a cell of days says; None where it is empty, or says that there is none."""
    said = texts.content(cell)
    return None if isinstance(said, str) and _NO_DAY.fullmatch(said) else said


def read_date(cell: Cell, rule: DateRule, notes: Notes) -> str:
    """ISO 8601. Raises Wrong(invalid_date); what it takes with a doubt is noted."""
    if isinstance(cell, datetime):
        _note_time(cell.hour or cell.minute or cell.second, notes)
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if found := _with_time(cell):
        _note_time(int(found["h"]) or int(found["m"]) or int(found["s"] or 0), notes)
        return _day(found["date"], rule, notes).isoformat()
    if (moment := _from_serial(cell, notes)) is not None:
        return moment.date().isoformat()
    return _day(cell, rule, notes).isoformat()


def read_moment(cell: Cell, rule: DateRule, notes: Notes) -> str:
    """RFC 3339 in UTC; what names no offset is a time in the rule's zone. Raises Wrong(invalid_date)."""
    try:
        return _moment(cell, rule, notes).astimezone(UTC).isoformat().replace("+00:00", "Z")
    except (OverflowError, ValueError) as error:
        raise error if isinstance(error, Wrong) else _no_date() from None


def _moment(cell: Cell, rule: DateRule, notes: Notes) -> datetime:
    if isinstance(cell, datetime):
        return cell if cell.tzinfo else cell.replace(tzinfo=rule.zone)
    if isinstance(cell, date):
        return datetime.combine(cell, time(), rule.zone)
    if found := _with_time(cell):
        day = _day(found["date"], rule, notes)
        return datetime.combine(day, _clock(found), _offset(found["offset"], rule.zone))
    if (moment := _from_serial(cell, notes)) is not None:
        return moment.replace(tzinfo=rule.zone)
    return datetime.combine(_day(cell, rule, notes), time(), rule.zone)


def _with_time(cell: Cell) -> re.Match[str] | None:
    return _TIME.fullmatch(cell) if isinstance(cell, str) and len(cell) <= _LONGEST else None


def _note_time(time_of_day: int, notes: Notes) -> None:
    if time_of_day:
        notes.append(("time_left_out", "the field holds a date: the time of day is left out"))


def _clock(found: re.Match[str]) -> time:
    hour, half = int(found["h"]), (found["half"] or "").lower()[:1]
    if half and not 1 <= hour <= 12:
        raise _no_date()
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    return time(hour, int(found["m"]), int(found["s"] or 0), int((found["f"] or "0").ljust(6, "0")))


def _offset(text: str | None, zone: tzinfo) -> tzinfo:
    if not text:
        return zone
    if text.upper() in ("Z", "UTC", "GMT"):
        return UTC
    return datetime.strptime(text.replace(":", ""), "%z").tzinfo or UTC


def _day(cell: Cell, rule: DateRule, notes: Notes) -> date:
    text = cell if isinstance(cell, str) and len(cell) <= _LONGEST else ""
    try:
        if found := _ISO.fullmatch(text):
            return date(int(found[1]), int(found[3]), int(found[4]))
        if found := _COMPACT.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _THREE.fullmatch(text):
            return _by_rule(found, rule, notes)
        return _with_month(text, notes)
    except (ValueError, OverflowError) as error:
        raise error if isinstance(error, Wrong) else _no_date() from None


def _by_rule(found: re.Match[str], rule: DateRule, notes: Notes) -> date:
    day = _in_order(found, rule.order)
    if day is None:
        raise Wrong("invalid_date", f"no date in the order {rule.order}: day d, month m, year y")
    if len(found[4]) == 2:
        notes.append(("two_digit_year", "years 00 to 29 are read as 2000 to 2029, 30 to 99 as 1930 to 1999"))
    if rule.assumed and found[1] != found[3] and int(found[1]) <= 12 and int(found[3]) <= 12:
        notes.append(("ambiguous_date", f"read in the order {rule.order}; nothing in the column tells it"))
    return day


def _in_order(found: re.Match[str], order: str) -> date | None:
    if order == "ymd" and len(found[4]) == 4:
        return None
    parts = dict(zip(order, (found[1], found[3], found[4]), strict=True))
    if len(parts["d"]) > 2 or len(parts["y"]) == 1:
        return None
    try:
        return date(_year(parts["y"]), int(parts["m"]), int(parts["d"]))
    except ValueError:
        return None


def _with_month(text: str, notes: Notes) -> date:
    if found := _DAY_MONTH.fullmatch(text):
        day, word, year = found.groups()
    elif found := _MONTH_DAY.fullmatch(text):
        word, day, year = found.groups()
    else:
        raise _no_date()
    if len(year) == 2:
        notes.append(("two_digit_year", "years 00 to 29 are read as 2000 to 2029, 30 to 99 as 1930 to 1999"))
    return date(_year(year), month_of(word) or 0, int(day))


def _year(text: str) -> int:
    if len(text) > 2:
        return int(text)
    return int(text) + (2000 if int(text) < _PIVOT else 1900)


def _from_serial(cell: Cell, notes: Notes) -> datetime | None:
    """A day as spreadsheets count them. Their 29 February 1900, which never was, is 28 here and there."""
    if isinstance(cell, str) and _SERIAL.fullmatch(cell):
        serial = float(cell.replace(",", "."))
    elif isinstance(cell, int | float) and not isinstance(cell, bool):
        serial = cell
        if 1_000 <= serial < 10_000:  # a year, more likely
            return None
    else:
        return None
    if not _FIRST_SERIAL <= serial < _LAST_SERIAL:
        return None
    notes.append(("excel_serial", "a number of days as spreadsheets count them, from 30 December 1899"))
    moment = _EPOCH + timedelta(days=serial)
    return (moment + timedelta(milliseconds=500)).replace(microsecond=0)


def _no_date() -> Wrong:
    return Wrong("invalid_date", "a date is expected, such as 1990-02-28")
