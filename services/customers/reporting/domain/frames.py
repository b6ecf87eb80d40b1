"""Groups as a frame: of each column its distinct values, and of each group which of them it has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from services.customers.fields.domain.definitions import Field
from services.customers.reporting.domain.asked import Asked, Column

Json = dict[str, Any]
Cell = Any
Read = Callable[[Any], Cell]
_NONE: Final = -1


def frame_of(asked: Asked, groups: Sequence[Sequence[Any]], readers: Sequence[Read]) -> Json:
    """`groups` is what grouping.Statement answers; `readers` make a cell of a value of each column."""
    listed = [each or [] for each in groups]
    count = len(asked.columns)
    weights, *numbers = listed[count:]
    columns = [
        column_of(column, values, read)
        for column, values, read in zip(asked.columns, listed[:count], readers, strict=True)
    ]
    measure = None if asked.measure is None else _measure(asked.measure, numbers)
    return {"rows": len(weights), "columns": columns, "weights": weights, "measure": measure}


def column_of(column: Column, values: Sequence[Any], read: Read) -> Json:
    """Whatever is called the same has one code: of joined tags, say, the number of either."""
    numbered: dict[Cell, int] = {}

    def code(value: Cell) -> int:
        return numbered.setdefault(value, len(numbered))

    meant = {value: _coded(None if value is None else read(value), code, several=column.several)
             for value in dict.fromkeys(values)}  # fmt: skip
    return {
        "field": column.name,
        "label": column.known.label,
        "type": column.kind,
        "several": column.several,
        "values": list(numbered),
        "codes": [meant[value] for value in values],
    }


def _coded(cell: Cell, code: Callable[[Cell], int], *, several: bool) -> Any:
    if several:
        return [code(value) for value in cell or ()]
    return _NONE if cell is None else code(cell)


def _measure(field: Field, numbers: Sequence[Any]) -> Json:
    present, sums, least, greatest = numbers
    return {
        "field": f"custom.{field.key}",
        "present": present,
        "sums": [each or "0" for each in sums],
        "least": least,
        "greatest": greatest,
    }
