"""Arrays as PostgreSQL writes them, one or very many of them. Nothing in them needs quotes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_PIECE: Final = 100_000
END_OF_LIST: Final = ";"  # behind the elements of each array


def elements_of(array: str) -> list[str]:
    return array[1:-1].split(",") if len(array) > 2 else []


@dataclass(frozen=True, slots=True)
class Lists:
    """The `elements` of one array after the other, with END_OF_LIST behind each; of an empty one there is ""
    alone. `distinct`: each element once."""

    elements: list[str]
    distinct: list[str]

    @classmethod
    def of(cls, arrays: str, *, pause: Callable[[], None]) -> Lists:
        """Of a text of nothing but arrays. `pause` is called after each piece of a long one."""
        elements: list[str] = []
        distinct: dict[str, None] = {}
        begin = 0
        while begin < len(arrays):
            end = arrays.find("}{", begin + _PIECE) + 1 or len(arrays)
            inner = arrays[begin + 1 : end - 1]
            piece = [*inner.replace("}{", f",{END_OF_LIST},").split(","), END_OF_LIST]
            elements += piece
            distinct |= dict.fromkeys(piece)
            begin = end
            pause()
        return cls(elements, [each for each in distinct if each not in ("", END_OF_LIST)])
