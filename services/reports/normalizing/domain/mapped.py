"""What the distinct values of a column count as."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

Scalar = str | int | float | bool
EMPTY: Final = -1


class Value(NamedTuple):
    """One that is counted. `value` is a text, or for numbers, dates and truth values of which nothing was
    joined the value itself (of a date the first day of its bucket); `label` is what is shown.

    `spellings` are the raw values that it stands for, the most frequent first; of dates in any order. `by`
    says what put them together: none (there is one), auto (the key), alias, own (somebody's decision, or a
    rule).
    """

    value: Scalar
    label: str
    spellings: tuple[Scalar, ...]
    by: str = "none"


@dataclass(frozen=True, slots=True)
class Mapped:
    """`codes[n]` is the place in `values` of what the n-th raw value counts as: `empty` for a blank one,
    which is as good as none. `empty` is what a customer without any value counts as: -1, or a class."""

    codes: list[int]
    values: list[Value]
    empty: int = EMPTY


def is_blank(value: Scalar) -> bool:
    """A text of nothing but space."""
    return isinstance(value, str) and not value.strip()
