"""Decimal numbers added up exactly: whole numbers with so and so many decimal places in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from servicekit.errors import Invalid

Numbers = NDArray[Any]  # of int64, or of Python's whole numbers where those are too small
_SAFE: Final = 2**62
_LARGEST_WHOLE: Final = 2**63


@dataclass(frozen=True, slots=True)
class Decimals:
    """Numbers as texts, read when they are needed: that of row n is `texts[codes[n]]`. None counts as 0."""

    texts: Sequence[str | None]
    codes: NDArray[np.integer[Any]]

    @classmethod
    def load(cls, texts: Sequence[str | None]) -> Decimals:
        """One for each row."""
        places: dict[str | None, int] = {}
        codes = [places.setdefault(text, len(places)) for text in texts]
        return cls(list(places), np.array(codes, dtype=np.int64))

    def where(self, kept: NDArray[np.bool_]) -> Decimals:
        return Decimals(self.texts, self.codes[kept])

    def numbers(self) -> tuple[Numbers, int]:
        """All times 10**places, so that they can be added up without loss; and the places."""
        values, places = scaled([text or "0" for text in self.texts])
        # Surely more than any sum of them.
        largest = max(map(abs, values), default=0) * max(len(self.codes), 1)
        kind = np.int64 if largest < _SAFE else object
        return np.array([*values, 0], dtype=kind)[self.codes], places


def scaled(texts: Iterable[str]) -> tuple[list[int], int]:
    """The numbers times 10**places, and the places. Raises ValueError for what is no finite number."""
    plain = [format(Decimal(text), "f") if "e" in text or "E" in text else text for text in texts]
    parted = [text.partition(".") for text in plain]
    places = max((len(decimals) for _, _, decimals in parted), default=0)
    powers = [10**power for power in range(places + 1)]
    return [int(whole + part) * powers[places - len(part)] for whole, _, part in parted], places


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
    """None where there is nothing to take a part of, or nothing that could be written down."""
    if not whole or part is None:
        return None
    try:
        return round(100 * part / whole, 4)
    except OverflowError:
        return None
