"""The fields that a report may name: of live customers, or of an upload."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

Json = dict[str, Any]

DATES: Final = frozenset({"date", "datetime"})
LISTS: Final = frozenset({"multiselect", "tags", "teams", "list"})
# What people type by hand is unified unless they say otherwise; what they chose from a list is not.
TYPED: Final = frozenset({"text", "url", "list"})
# What a type is in a file: labels and names are texts there.
_TEXTS: Final = frozenset({"text", "url", "email", "phone", "select", "user", "status", "channel"})
_OTHER_NAMES: Final = {"source": "channel", "channel": "source"}


@dataclass(frozen=True, slots=True)
class Option:
    """One that people choose from: of a select field, or a tag."""

    id: str
    label: str
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """A field as it is today. `several`: a customer may have more than one value of it; `contact`: its values
    are addresses, of which each is another one."""

    field: str
    label: str
    type: str
    several: bool = False
    options: tuple[Option, ...] = ()
    archived: bool = False
    contact: bool = False

    @property
    def textual(self) -> bool:
        """Its values are texts, so that they may be spelled in several ways."""
        return self.type in _TEXTS or self.type in LISTS

    @property
    def typed(self) -> bool:
        return self.type in TYPED and not self.contact

    def dump(self) -> Json:
        """Plain JSON, for another process; `load_known` reads it."""
        options = [[option.id, option.label, option.archived] for option in self.options]
        return {
            "field": self.field,
            "label": self.label,
            "type": self.type,
            "several": self.several,
            "options": options,
            "archived": self.archived,
            "contact": self.contact,
        }


Fields = Mapping[str, Known]


def load_known(dumped: Iterable[Mapping[str, Any]]) -> dict[str, Known]:
    """What `Known.dump` wrote, by field."""
    return {
        each["field"]: Known(**{**each, "options": tuple(Option(*option) for option in each["options"])})
        for each in dumped
    }


def known_of_facts(facts: Mapping[str, Any]) -> dict[str, Known]:
    """The fields of live customers, by field, as `customers.report_facts` tells of them."""
    return {
        each["field"]: Known(
            field=each["field"],
            label=each["label"],
            type=each["type"],
            several=each["type"] in LISTS,
            options=tuple(
                Option(option["id"], option["label"], bool(option.get("archived")))
                for option in each.get("options") or ()
            ),
            archived=bool(each.get("archived")),
            contact=bool(each.get("contact")),
        )
        for each in facts["fields"]
    }


def known_of_upload(columns: Iterable[Mapping[str, Any]], live: Fields | None = None) -> dict[str, Known]:
    """The columns of an upload, by field. One that is called as a live field is that field, wherever its
    values may be: so a report of an export is made as the report of its customers is."""
    return {each["field"]: _of_column(each, find_known(each["field"], live or {})) for each in columns}


def find_known(name: Any, fields: Fields) -> Known | None:
    """The field of this name; the channel that a customer came by is also called its source."""
    if not isinstance(name, str):
        return None
    return fields.get(name) or fields.get(_OTHER_NAMES.get(name, ""))


def _of_column(column: Mapping[str, Any], field: Known | None) -> Known:
    name, kind = column["field"], column["type"]
    if field is not None and (column.get("filled") == 0 or _fits(kind, field)):
        return replace(field, field=name)
    label, contact = column.get("label") or name, bool(column.get("contact"))
    return Known(name, label, kind, several=kind == "list", contact=contact)


def _fits(kind: str, field: Known) -> bool:
    """Whether what a file holds may be the values of the field."""
    if kind == "list":
        return field.type in LISTS
    return field.type in _TEXTS if kind == "text" else kind == field.type
