"""Groups as a frame: of each column its distinct values, and of each group which of them it has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any

from servicekit.packed import END, NONE, lists_of, pack
from services.customers.fields.domain.definitions import Field
from services.customers.reporting.domain.asked import Asked, Column
from services.customers.reporting.domain.lists import Lists

Json = dict[str, Any]
Cell = Any
Read = Callable[[Any], Cell]
InTurns = Callable[[Iterable[Any]], Iterable[Any]]


def frame_of(
    asked: Asked, groups: Sequence[Sequence[Any]], readers: Sequence[Read], *, in_turns: InTurns = iter
) -> Json:
    """`groups` is what grouping.Statement answers; `readers` make a cell of a value of each column.

    Codes of lists are packed, as by servicekit.packed. `in_turns` goes through values of which there may be
    very many.
    """
    count = len(asked.columns)
    weights, *numbers = groups[count:]
    columns = [
        _column(column, values, read, in_turns)
        for column, values, read in zip(asked.columns, groups[:count], readers, strict=True)
    ]
    measure = None if asked.measure is None else _measure(asked.measure, numbers)
    return {"rows": len(weights), "columns": columns, "weights": weights, "measure": measure}


def _column(column: Column, values: Any, read: Read, in_turns: InTurns) -> Json:
    numbered: dict[Cell, int] = {}
    codes: Any
    if column.several:
        codes = _packed(values, [_code(each, read, numbered) for each in values.distinct], in_turns)
    else:
        known = {value: _code(value, read, numbered) for value in in_turns(dict.fromkeys(values))}
        codes = [known[value] for value in in_turns(values)]
    return {
        "field": column.name,
        "label": column.known.label,
        "type": column.kind,
        "several": column.several,
        "values": list(numbered),
        "codes": codes,
    }


def _code(value: Any, read: Read, numbered: dict[Cell, int]) -> int:
    """Of its cell. What is called the same has one: a tag, say, and those that were joined to it."""
    cell = None if value is None else read(value)
    return NONE if cell is None else numbered.setdefault(cell, len(numbered))


def _packed(lists: Lists, codes: list[int], in_turns: InTurns) -> str:
    """The codes of each list, each of them once: of what is called the same a list may have two."""
    below, own = len(codes) + 1, [code for code in codes if code != NONE]
    coded = {**dict(enumerate(codes)), END: END, NONE: NONE}
    packed = pack(map(coded.__getitem__, in_turns(lists.numbers)), below=below)
    if len({*own}) == len(own):
        return packed
    once = ((*sorted({*each}), END) for each in in_turns(lists_of(packed)))
    return pack(chain.from_iterable(once), below=below)


def _measure(field: Field, numbers: Sequence[Any]) -> Json:
    present, sums, least, greatest = numbers
    return {
        "field": f"custom.{field.key}",
        "present": present,
        "sums": [each or "0" for each in sums],
        "least": least,
        "greatest": greatest,
    }
