"""Groups as a frame: of each column its distinct values, and of each group which of them it has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from services.customers.fields.domain.definitions import Field
from services.customers.reporting.domain.asked import Asked, Column

Json = dict[str, Any]
Cell = Any
Read = Callable[[Any], Cell]
InTurns = Callable[[Iterable[Any]], Iterable[Any]]
_NONE: Final = -1


def frame_of(
    asked: Asked, groups: Sequence[Sequence[Any]], readers: Sequence[Read], *, in_turns: InTurns = iter
) -> Json:
    """`groups` is what grouping.Statement answers; `readers` make a cell of a value of each column.

    `in_turns` goes through values of which there may be very many.
    """
    count = len(asked.columns)
    weights, *numbers = groups[count:]
    columns = [
        _column(column, values, read, in_turns)
        for column, values, read in zip(asked.columns, groups[:count], readers, strict=True)
    ]
    measure = None if asked.measure is None else _measure(asked.measure, numbers)
    return {"rows": len(weights), "columns": columns, "weights": weights, "measure": measure}


def elements_of(array: str) -> list[str]:
    """Of PostgreSQL's text of an array, in which nothing needs quotes."""
    return array[1:-1].split(",") if len(array) > 2 else []


def _column(column: Column, values: Sequence[Any], read: Read, in_turns: InTurns) -> Json:
    coded = _Several(read) if column.several else _One(read)
    codes = {value: coded.of(value) for value in in_turns(dict.fromkeys(values))}
    return {
        "field": column.name,
        "label": column.known.label,
        "type": column.kind,
        "several": column.several,
        "values": list(coded.numbered),
        "codes": [codes[value] for value in in_turns(values)],
    }


class _One:
    """Codes of cells. What is called the same has one: a tag, say, and those that were joined to it."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self.numbered: dict[Cell, int] = {}

    def of(self, value: Any) -> Any:
        cell = None if value is None else self._read(value)
        return _NONE if cell is None else self.numbered.setdefault(cell, len(self.numbered))


class _Several(_One):
    """The same of lists, each element read once: there are far more lists than elements."""

    def __init__(self, read: Read) -> None:
        super().__init__(read)
        self._known: dict[str, int] = {}

    def of(self, value: str) -> list[int]:
        known = self._known
        codes = {known[e] if e in known else self._learn(e) for e in elements_of(value)}
        codes.discard(_NONE)
        return sorted(codes)

    def _learn(self, element: str) -> int:
        code: int = super().of(element)
        self._known[element] = code
        return code


def _measure(field: Field, numbers: Sequence[Any]) -> Json:
    present, sums, least, greatest = numbers
    return {
        "field": f"custom.{field.key}",
        "present": present,
        "sums": [each or "0" for each in sums],
        "least": least,
        "greatest": greatest,
    }
