"""Lists of small numbers as one text, so that nobody on its way makes an object of each of a million.

Base64 of a byte that says how wide a number is (2 or 4 bytes), and of the numbers, little-endian and signed:
those of one list after the other, with END behind each list. NONE is a member that is none.
"""

from __future__ import annotations

import base64
import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

END: Final = -2
NONE: Final = -1
_TYPES: Final = {2: "h", 4: "i"}
_NARROW: Final = 1 << 15  # numbers below it are two bytes wide


def pack(numbers: Iterable[int], *, below: int) -> str:
    """`numbers`: with END behind each list; all of them are smaller than `below`."""
    width = 2 if below <= _NARROW else 4
    found = array(_TYPES[width], numbers)
    _turned(found)
    return base64.b64encode(bytes([width]) + found.tobytes()).decode()


def pack_lists(lists: Iterable[Sequence[int]]) -> str:
    numbers = list(chain.from_iterable((*each, END) for each in lists))
    return pack(numbers, below=max(numbers, default=0) + 1)


def unpack(packed: str) -> array[int]:
    """As they were given to `pack`."""
    content = base64.b64decode(packed)
    found: array[int] = array(_TYPES[content[0]], content[1:])
    _turned(found)
    return found


def lists_of(packed: str) -> Iterator[tuple[int, ...]]:
    """Each list, without what is NONE."""
    numbers = unpack(packed).tolist()
    begin = 0
    for _ in range(numbers.count(END)):
        end = numbers.index(END, begin)
        yield tuple([number for number in numbers[begin:end] if number != NONE])
        begin = end + 1


def _turned(numbers: array[int]) -> None:
    if sys.byteorder == "big":
        numbers.byteswap()
