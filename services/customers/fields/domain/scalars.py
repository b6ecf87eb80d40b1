"""One reader for each type of custom field without options: the wire's value → the value that is stored.

What is stored is plain JSON. Numbers are JSON numbers; dates and times are texts of one fixed form,
so that they sort and compare as texts do.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from servicekit import web

MAX_TEXT = 5_000
MAX_DIGITS = 15  # what every JSON reader keeps
_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,3})?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,6})?([Zz]|[+-]\d{2}:\d{2})")
# NUL and the other controls but TAB, LF, CR; lone surrogates; noncharacters.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class InvalidValue(ValueError):
    """A value that its field cannot hold; `detail` never repeats the value."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail


def read_text(value: Any) -> str | None:
    """Trimmed; a text of nothing but space is no value."""
    if not isinstance(value, str):
        raise InvalidValue("invalid_text", "a text is expected")
    if len(value) > MAX_TEXT:
        raise InvalidValue("too_long", f"at most {MAX_TEXT} characters")
    if _FORBIDDEN.search(value):
        raise InvalidValue("invalid_text", "contains control characters")
    return value.strip() or None


def read_number(value: Any) -> int | float:
    """A finite decimal of at most 15 significant digits below 10^15; a text of one is read too."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise InvalidValue("invalid_number", "a number is expected")
    text = value.strip() if isinstance(value, str) else repr(value)
    if not _NUMBER.fullmatch(text):
        raise InvalidValue("invalid_number", "a finite decimal number is expected")
    return _plain_number(text)


def _plain_number(text: str) -> int | float:
    try:
        number = Decimal(text).normalize()
    except InvalidOperation:
        raise InvalidValue("invalid_number", "a finite decimal number is expected") from None
    if len(number.as_tuple().digits) > MAX_DIGITS:
        raise InvalidValue("too_precise", f"at most {MAX_DIGITS} significant digits")
    if number and not -15 <= number.adjusted() < MAX_DIGITS:
        raise InvalidValue("out_of_range", "a number below 10^15, no nearer to zero than 10^-15")
    return int(number) if number == number.to_integral_value() else float(number)


def read_date(value: Any) -> str:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise InvalidValue("invalid_date", "a date such as 1990-02-28 is expected")
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise InvalidValue("invalid_date", "this date is in no calendar") from None


def read_datetime(value: Any) -> str:
    """In UTC, always with six decimals."""
    if not isinstance(value, str) or not _DATETIME.fullmatch(value):
        raise InvalidValue(
            "invalid_datetime", "a time with its offset is expected, such as 1990-02-28T09:30:00-03:00"
        )
    try:
        moment = datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidValue("invalid_datetime", "this time is in no calendar") from None
    return stored_moment(moment)


def stored_moment(moment: datetime) -> str:
    """A time in UTC as a datetime field holds it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def read_boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidValue("invalid_boolean", "true or false is expected")
    return value


def read_url(value: Any) -> str:
    """An absolute http or https address without a password in it."""
    if not isinstance(value, str):
        raise InvalidValue("invalid_url", "an http or https address is expected")
    text = value.strip()
    if len(text) > web.LONGEST:
        raise InvalidValue("too_long", f"at most {web.LONGEST} characters")
    if not web.is_web_address(text):
        raise InvalidValue("invalid_url", "an http or https address is expected")
    return text


SCALARS: dict[str, Callable[[Any], Any]] = {
    "text": read_text,
    "number": read_number,
    "date": read_date,
    "datetime": read_datetime,
    "boolean": read_boolean,
    "url": read_url,
}
