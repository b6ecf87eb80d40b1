"""The columns of a table: how they are called, and by which key each is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from services.reports.configuring.domain.model import TOTAL, VALUE, Total
from services.reports.tabulating.domain.axes import Axis
from services.reports.tabulating.domain.blocks import Block

Json = dict[str, Any]
NOTHING: Final = "(empty)"
_LONGEST: Final = 500
_TITLES: Final = {"count": "Total", "sum": "Sum", "average": "Average", "min": "Least", "max": "Greatest"}


@dataclass(slots=True)
class Keys:
    """Gives out keys, none of them twice, and none longer than what a report can be sorted by: each row
    repeats all of them."""

    taken: set[str] = field(default_factory=lambda: {TOTAL, VALUE})

    def of(self, label: str) -> str:
        key, n = label[:_LONGEST], 1
        while key in self.taken:
            n += 1
            key = f"{label[:_LONGEST]} ({n})"
        self.taken.add(key)
        return key


@dataclass(frozen=True, slots=True)
class Cell:
    """A column of cells: the one at `column` of block `block`."""

    key: str
    block: int
    column: int
    told: Json


def shown(axis: Axis, code: int, merged: int) -> tuple[Any, str]:
    """The value and the label of a code."""
    if code < axis.empty:
        return axis.values[code].value, axis.values[code].label
    return None, NOTHING if code == axis.empty else f"Others ({merged})"


def cells_of(blocks: Sequence[Block]) -> list[Cell]:
    """The columns of all blocks, from left to right."""
    keys = Keys()
    found = []
    for at, block in enumerate(blocks):
        name = f"{block.axis.column.label}: " if len(blocks) > 1 else ""
        for column, code in enumerate(block.codes):
            value, label = shown(block.axis, code, block.merged)
            key = keys.of(name + label)
            told = {"key": key, "kind": "cell", "label": label, "field": block.axis.part.field}
            told |= {"block": at, "value": value} | _special(block.axis, code)
            found.append(Cell(key, at, column, told))
    return found


def told_columns(total: Total, title: str, groupings: Iterable[Axis], cells: Sequence[Cell]) -> list[Json]:
    """All columns of the table; `title` is that of the totals."""
    keys = Keys({TOTAL, *(cell.key for cell in cells)})
    first: list[Json] = [
        {
            "key": keys.of(axis.part.field),
            "kind": "grouping",
            "label": axis.column.label,
            "field": axis.part.field,
        }
        for axis in groupings
    ]
    last = {"key": TOTAL, "kind": "total", "label": title, "field": total.field}
    return [*first, *(cell.told for cell in cells), last]


def title_of(total: Total, measured: str) -> str:
    """What the column of totals is called, if its field is called `measured`."""
    title = _TITLES[total.op]
    return f"{title} of {measured}" if measured and total.op != "count" else title


def _special(axis: Axis, code: int) -> Json:
    return {"empty": True} if code == axis.empty else {"others": True} if code == axis.others else {}
