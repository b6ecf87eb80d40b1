"""Arrays as PostgreSQL writes them, one or very many of them. Nothing in them needs quotes."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from servicekit.packed import END, NONE

_PIECE: Final = 100_000
_END: Final = ";"  # behind the elements of each array


def elements_of(array: str) -> list[str]:
    return array[1:-1].split(",") if len(array) > 2 else []


@dataclass(frozen=True, slots=True)
class Lists:
    """`distinct` elements, and as `numbers` which of them the lists have: END behind those of each, NONE for
    what is none."""

    distinct: list[str]
    numbers: array[int]

    @classmethod
    def of(cls, arrays: str, *, pause: Callable[[], None]) -> Lists:
        """Of a text of nothing but arrays. `pause` is called after each piece of it."""
        known, numbers, begin = {_END: END, "": NONE}, array("i"), 0
        while begin < len(arrays):
            end = arrays.find("}{", begin + _PIECE) + 1 or len(arrays)
            inner = arrays[begin + 1 : end - 1]
            elements = [*inner.replace("}{", f",{_END},").split(","), _END]
            for element in dict.fromkeys(elements):
                known.setdefault(element, len(known) - 2)
            numbers.extend(map(known.__getitem__, elements))
            begin = end
            pause()
        return cls([*known][2:], numbers)
