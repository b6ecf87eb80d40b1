"""What customers are to be counted by, as it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from servicekit.errors import Invalid
from services.customers.fields.domain.definitions import WITH_OPTIONS, Definitions, Field
from services.customers.filters.domain.catalogue import CONTACT_FIELDS, Known, find_field

MAX_FIELDS: Final = 10
UNITS: Final = ("day", "week", "month", "quarter", "year")
_MOMENTS: Final = frozenset({"date", "datetime"})
SEVERAL: Final = frozenset({"tags", "teams", "multiselect"})
_KINDS: Final = {**dict.fromkeys(SEVERAL, "list"), "number": "number", "boolean": "boolean"}


@dataclass(frozen=True, slots=True)
class Column:
    """A field by which customers are counted; a date or a time by the days, weeks, … it is in, with `unit`.

    `name` is how it was asked for.
    """

    name: str
    known: Known
    unit: str | None = None

    @property
    def several(self) -> bool:
        return self.known.type in SEVERAL

    @property
    def has_options(self) -> bool:
        return self.known.type in WITH_OPTIONS

    @property
    def is_array(self) -> bool:
        """What rows hold of it is one, whether it has several values or not."""
        return self.several or self.has_options

    @property
    def kind(self) -> str:
        """What its values are: text, number, boolean, date, datetime, or list (of texts)."""
        if self.known.type in _MOMENTS:
            return "date" if self.unit else self.known.type
        return _KINDS.get(self.known.type, "text")


@dataclass(frozen=True, slots=True)
class Asked:
    """The fields to count by, and the number field to add up besides."""

    columns: tuple[Column, ...]
    measure: Field | None = None


def read_asked(fields: Any, measure: Any, definitions: Definitions, *, masked: bool) -> Asked:
    """Raises Invalid; `field_hidden` for contact data that is hidden from the caller."""
    if not isinstance(fields, list) or not 0 < len(fields) <= MAX_FIELDS:
        raise Invalid.at("/fields", "invalid_list", f"a list of one to {MAX_FIELDS} fields is expected")
    columns = [_column(each, f"/fields/{n}", definitions, masked=masked) for n, each in enumerate(fields)]
    return Asked(tuple(columns), None if measure is None else _measure(measure, definitions))


def _column(given: Any, pointer: str, definitions: Definitions, *, masked: bool) -> Column:
    if not isinstance(given, Mapping):
        raise Invalid.at(pointer, "invalid_object", "a field is expected")
    if unknown := given.keys() - {"field", "unit"}:
        raise Invalid.at(f"{pointer}/{min(unknown)}", "unknown_property", "a field has no such property")
    known = _known(given.get("field"), f"{pointer}/field", definitions)
    if masked and known.name in CONTACT_FIELDS:
        raise Invalid.at(f"{pointer}/field", "field_hidden", "contact data is hidden from you")
    return Column(given["field"], known, _unit(given.get("unit"), f"{pointer}/unit", known))


def _known(name: Any, pointer: str, definitions: Definitions) -> Known:
    known = find_field(name, definitions) if isinstance(name, str) else None
    if known is None:
        raise Invalid.at(pointer, "unknown_field", "there is no such field")
    return known


def _unit(unit: Any, pointer: str, known: Known) -> str | None:
    if unit is None:
        return None
    if known.type not in _MOMENTS:
        raise Invalid.at(pointer, "unit_without_date", "only dates and times have a unit")
    if unit not in UNITS:
        raise Invalid.at(pointer, "unknown_unit", f"one of {', '.join(UNITS)} is expected")
    return str(unit)


def _measure(name: Any, definitions: Definitions) -> Field:
    known = _known(name, "/measure", definitions)
    if known.custom is None or known.type != "number":
        raise Invalid.at("/measure", "number_expected", "only numbers are added up")
    return known.custom
