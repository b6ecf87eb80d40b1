"""What the values of a column look like: the part of them that could be of a target."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from servicekit.text import folded
from services.import_export.mapping.domain.contacts import LINES, read_address
from services.import_export.mapping.domain.dates import DateRule, read_moment
from services.import_export.mapping.domain.known import Known
from services.import_export.mapping.domain.rules import Rules, region_of, rules_of
from services.import_export.mapping.domain.targets import POINTS, Target
from services.import_export.mapping.domain.texts import content, several
from services.import_export.mapping.domain.words import read_status
from services.import_export.mapping.domain.wrong import Cell, Wrong

_UUID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_SLUG: Final = re.compile(r"[a-z][a-z0-9_-]{0,49}")
_HANDLE: Final = re.compile(r"[^@/\s]{3,}")
_LETTER: Final = re.compile(r"[^\W\d_]")
_WRITTEN_AS_A_LINE: Final = re.compile(r"\+\d[\d ().-]{7,}|\(\d\d\d?\) ?\d[\d -]{6,}")


def share(column: Mapping[str, Any], target: Target, known: Known) -> float | None:
    """The part of the samples that could be of this target; None without samples, or a way to tell."""
    looks = _looks(target, column, known)
    values = samples_of(column)
    if looks is None or not values:
        return None
    return sum(map(looks, values)) / len(values)


def fields_of_options(values: Iterable[Cell], known: Known) -> frozenset[str]:
    """The keys of the fields of which every value is an option, or a list of them."""
    fields = [
        known.fields_with(several(value)) if isinstance(value, str) else frozenset() for value in values
    ]
    return frozenset.intersection(*fields) if fields else frozenset()


def samples_of(column: Mapping[str, Any]) -> list[Cell]:
    return [said for cell in column.get("samples") or () if (said := _content(cell)) is not None]


def is_written_as_a_line(value: Cell) -> bool:
    """With the marks that only telephone numbers have; digits alone may be anything."""
    return isinstance(value, str) and _WRITTEN_AS_A_LINE.match(value) is not None


def _content(cell: Cell) -> Cell:
    try:
        return content(cell)
    except Wrong:
        return None


def _looks(target: Target, column: Mapping[str, Any], known: Known) -> Callable[[Cell], bool] | None:
    if target.field is not None:
        key = target.field["key"]
        return (
            (lambda value: key in fields_of_options([value], known)) if target.field.get("options") else None
        )
    kind = POINTS.get(target.key, target.key)
    if kind == "email" or kind in LINES:
        return lambda value: _is_address(kind, value, region_of(known.facts))
    if kind in ("instagram", "facebook", "telegram"):
        return lambda value: not isinstance(value, str) or _HANDLE.fullmatch(value) is not None
    looks: Mapping[str, Callable[[Cell], bool]] = {
        "id": lambda value: isinstance(value, str) and _UUID.fullmatch(value) is not None,
        "teams": lambda value: isinstance(value, str) and set(map(folded, several(value))) <= known.teams,
        "status": lambda value: _reads(read_status, value),
        "channel": lambda value: isinstance(value, str) and _SLUG.fullmatch(value.lower()) is not None,
        "created_at": lambda value: _is_moment(value, rules_of({}, column, known.facts)),
        "name": lambda value: isinstance(value, str) and "@" not in value and bool(_LETTER.search(value)),
    }
    return looks.get(kind)


def _is_address(kind: str, value: Cell, region: str) -> bool:
    def is_one(part: Cell) -> bool:
        return _reads(lambda cell: read_address(kind, cell, scope="", region=region), part)

    # The comma of a damaged number parts nothing.
    return is_one(value) or (isinstance(value, str) and all(map(is_one, several(value)[:3])))


def _is_moment(value: Cell, rules: Rules) -> bool:
    rule = DateRule(rules.dates.order, rules.dates.zone)
    return _reads(lambda cell: read_moment(cell, rule, []), value)


def _reads(read: Callable[[Cell], Any], value: Cell) -> bool:
    """Also a number of which a spreadsheet lost digits: it has to be refused, not left out in silence."""
    try:
        read(value)
    except Wrong as wrong:
        return wrong.code == "damaged_number"
    return True
