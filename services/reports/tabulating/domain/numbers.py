"""Decimal numbers added up exactly: whole numbers with so and so many decimal places in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from servicekit.errors import Invalid

Numbers = NDArray[Any]  # of int64, or of Python's whole numbers where those are too small
_SAFE: Final = 2**62
_LARGEST_WHOLE: Final = 2**63


def scaled(texts: Iterable[str]) -> tuple[list[int], int]:
    """The numbers times 10**places, and the places. Raises ValueError for what is no finite number."""
    plain = [_plain(text) for text in texts]
    places = max((len(decimals) for _, decimals in plain), default=0)
    if not places:
        return [int(whole) for whole, _ in plain], 0
    return [int(whole + decimals.ljust(places, "0")) for whole, decimals in plain], places


def as_numbers(values: Sequence[int], counts: Sequence[int] | None = None) -> Numbers:
    """An array that the values can be added up in, each `counts` times, without overflow."""
    if counts is None:
        largest = sum(map(abs, values))
    else:
        largest = sum(abs(value) * count for value, count in zip(values, counts, strict=True))
    return np.array(values, dtype=np.int64 if largest < _SAFE else object)


def shown(value: int, divisor: int) -> int | float:
    """`value / divisor` as JSON has it: whole if it is, else the nearest number. Raises Invalid."""
    whole, rest = divmod(value, divisor)
    if not rest and abs(whole) < _LARGEST_WHOLE:
        return whole
    try:
        return value / divisor
    except OverflowError:
        raise Invalid.at(
            "/configuration/total/field", "number_too_large", "the numbers are too large to add up"
        ) from None


def percent(part: int | None, whole: int | None) -> float | None:
    """None where there is nothing to take a part of."""
    return round(100 * part / whole, 4) if whole and part is not None else None


def _plain(text: str) -> tuple[str, str]:
    if not text.lstrip("-").isdecimal():
        text = format(Decimal(text), "f")
    whole, _, decimals = text.partition(".")
    if decimals and not decimals.isdecimal():
        raise ValueError("no finite number")
    return whole, decimals.rstrip("0")
