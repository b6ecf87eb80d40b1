"""Values as a file of ours has them, and what kind they are."""

from __future__ import annotations

import re
from datetime import date, datetime
from enum import IntFlag
from typing import Any, Final

TEXT: Final = "text"
_UNFIT: Final = re.compile("[\ud800-\udfff\x00]")
_LOST: Final = "\ufffd"
_TYPES: Final = ("number", "boolean", "date", "datetime")
_WHOLE: Final = 2**63
_EXACT: Final = 2.0**53
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


class Kind(IntFlag):
    """What kinds of values a column has; several of them, if it is mixed."""

    NONE = 0
    TEXT = 1
    NUMBER = 2
    BOOLEAN = 4


def is_unfit(text: str) -> bool:
    """Whether it holds what is no text: NUL, half a character."""
    return _UNFIT.search(text) is not None


def fit(text: str) -> str:
    return _UNFIT.sub(_LOST, text)


def number_of(value: int | float) -> int | float | str:
    """The number as JSON that everybody reads: whole ones without `.0`, too long ones as text."""
    if isinstance(value, int):
        return value if -_WHOLE <= value < _WHOLE else str(value)
    return int(value) if value.is_integer() and abs(value) <= _EXACT else value


def kind_of(value: Any) -> Kind:
    if isinstance(value, str):
        return Kind.TEXT
    return Kind.BOOLEAN if isinstance(value, bool) else Kind.NUMBER


def text_of(value: Any) -> str:
    """How a number or a truth value is written where all others are text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def type_of(values: list[Any], kinds: Kind, *, live: str | None = None) -> str:
    """What the column is, by all its values. `live`: what the field of this name is in the system today.

    Texts that all look like dates are dates, unless the field is known to hold text. An empty column is what
    the field is.
    """
    if not kinds:
        return live if live in _TYPES else TEXT
    if kinds == Kind.NUMBER:
        return "number"
    if kinds == Kind.BOOLEAN:
        return "boolean"
    if kinds != Kind.TEXT or live not in (None, "date", "datetime"):
        return TEXT
    if all(map(_is_date, values)):
        return "date"
    return "datetime" if all(map(_is_moment, values)) else TEXT


def _is_date(text: str) -> bool:
    return _DATE.fullmatch(text) is not None and _is_read(date.fromisoformat, text)


def _is_moment(text: str) -> bool:
    return _MOMENT.fullmatch(text) is not None and _is_read(datetime.fromisoformat, text.upper())


def _is_read(read: Any, text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True
