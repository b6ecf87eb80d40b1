"""Numbers that may be one number with a slip of the finger."""

from __future__ import annotations

from typing import Final

from rapidfuzz.distance import OSA

# The digits that a person dials and mistypes: without the country's code and, mostly, without the area's.
LOCAL_DIGITS: Final = 9
# Fewer digits in common at the end are no sign: many numbers end alike.
_SHORTEST: Final = 8
_MOST_CODE_DIGITS: Final = 3
_BRAZILIAN_MOBILE: Final = 13


def digits_of_line(value: str) -> str:
    """International digits of an E.164 line; empty for a line behind an extension."""
    return "" if ";" in value else value.removeprefix("+")


def are_close(a: str, b: str) -> bool:
    """One digit off, missing or doubled; neighbours swapped; a digit moved; a country code that is missing.

    >>> are_close("5511987654321", "5511987654312")
    True
    """
    if a == b or min(len(a), len(b)) < _SHORTEST or abs(len(a) - len(b)) > _MOST_CODE_DIGITS:
        return False
    if OSA.distance(a, b, score_cutoff=1) <= 1:
        return True
    if len(a) != len(b):
        return a.endswith(b) or b.endswith(a)
    return _is_moved(a, b) or _is_short_of_one(a, b) or _is_short_of_one(b, a)


def _is_moved(a: str, b: str) -> bool:
    """Whether one digit of `a`, put elsewhere, gives `b`."""
    first = next(i for i in range(len(a)) if a[i] != b[i])
    last = next(i for i in range(len(a), 0, -1) if a[i - 1] != b[i - 1])
    ours, theirs = a[first:last], b[first:last]
    return ours[1:] + ours[0] == theirs or ours[-1] + ours[:-1] == theirs


def _is_short_of_one(a: str, b: str) -> bool:
    """Whether `a` is a Brazilian mobile that lost a digit, so that it was taken for one without its ninth."""
    if not a.startswith("55") or len(a) != _BRAZILIAN_MOBILE:
        return False
    return OSA.distance(a[:4] + a[5:], b, score_cutoff=1) <= 1


def neighbourhood(digits: str) -> set[str]:
    """The local digits, whole and with each one left out: close numbers have one of these in common."""
    local = digits[-LOCAL_DIGITS:]
    return {local, *(local[:i] + local[i + 1 :] for i in range(len(local)))}
