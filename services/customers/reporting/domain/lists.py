"""Arrays as PostgreSQL writes them, one or very many of them. Nothing in them needs quotes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

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
    def of(cls, arrays: str) -> Lists:
        """Of a text of nothing but arrays."""
        if not arrays:
            return cls([], [])
        elements = [*arrays[1:-1].replace("}{", f",{END_OF_LIST},").split(","), END_OF_LIST]
        return cls(elements, [each for each in dict.fromkeys(elements) if each not in ("", END_OF_LIST)])
