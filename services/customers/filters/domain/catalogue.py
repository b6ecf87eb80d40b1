"""What can be filtered by: the standard fields, and every custom field by its type; and the operations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from services.customers.fields.domain.definitions import Definitions, Field

MAX_DEPTH: Final = 4  # groups within groups; a leaf alone is no group
MAX_LEAVES: Final = 100
MAX_VALUES: Final = 100
MAX_TEXT: Final = 200
MAX_AGO: Final = 1_000_000

_LISTS = ("eq", "ne", "in", "not_in")
_PRESENCE = ("is_set", "is_not_set")
_TEXTS = (*_LISTS, "contains", "starts_with", *_PRESENCE)
_CHOICES = (*_LISTS, "any_of", "none_of", *_PRESENCE)
_SETS = ("any_of", "all_of", "none_of", *_LISTS, *_PRESENCE)
_ORDERED = (*_LISTS, "gt", "gte", "lt", "lte", "between", *_PRESENCE)
_DATES = (*_ORDERED, "within_last", "older_than")

OPS: Final = {
    **dict.fromkeys(("text", "url", "email", "phone", "channel"), _TEXTS),
    **dict.fromkeys(("user", "status", "select"), _CHOICES),
    **dict.fromkeys(("tags", "teams", "multiselect"), _SETS),
    **dict.fromkeys(("date", "datetime"), _DATES),
    "number": _ORDERED,
    "boolean": ("eq", "ne", *_PRESENCE),
}
# What each operation says about whoever it does not match is its opposite.
OPPOSITES: Final = {"ne": "eq", "not_in": "in", "none_of": "any_of", "is_not_set": "is_set"}

_STANDARD: Final = {
    "name": "text",
    "email": "email",
    "phone": "phone",
    "whatsapp": "phone",
    "tags": "tags",
    "teams": "teams",
    "assignee": "user",
    "status": "status",
    "channel": "channel",
    "created_at": "datetime",
    "updated_at": "datetime",
    "last_interaction_at": "datetime",
}
_SORTED: Final = frozenset({"number", "date", "datetime"})
_SORTED_STANDARD: Final = frozenset({"name", "created_at", "updated_at", "last_interaction_at"})
LABELS: Final = {
    "name": "Name",
    "email": "E-mail",
    "phone": "Phone",
    "whatsapp": "WhatsApp",
    "tags": "Tags",
    "teams": "Teams",
    "assignee": "Assignee",
    "status": "Status",
    "channel": "Channel",
    "created_at": "Registered",
    "updated_at": "Last changed",
    "last_interaction_at": "Last interaction",
}
CONTACT_FIELDS: Final = frozenset({"email", "phone", "whatsapp"})
_OTHER_NAMES: Final = {"source": "channel"}
_CUSTOM: Final = "custom."


@dataclass(frozen=True, slots=True)
class Known:
    """A field that a filter may name."""

    name: str
    type: str
    custom: Field | None = None

    @property
    def ops(self) -> tuple[str, ...]:
        return OPS[self.type]

    @property
    def label(self) -> str:
        return self.custom.label if self.custom else LABELS[self.name]

    @property
    def sortable(self) -> bool:
        """Lists come in its order. Archived fields order nothing."""
        if self.custom:
            return self.type in _SORTED and not self.custom.archived
        return self.name in _SORTED_STANDARD


def find_field(name: str, definitions: Definitions) -> Known | None:
    """Archived custom fields too: customers keep their values, and saved filters their meaning."""
    name = _OTHER_NAMES.get(name, name)
    if name in _STANDARD:
        return Known(name, _STANDARD[name])
    field = definitions.by_key.get(name.removeprefix(_CUSTOM)) if name.startswith(_CUSTOM) else None
    return Known(name, field.type, field) if field else None


def fields_of(definitions: Definitions, *, masked: bool) -> Iterator[Known]:
    """Those that a person may choose from, in their order."""
    for name, kind in _STANDARD.items():
        if not (masked and name in CONTACT_FIELDS):
            yield Known(name, kind)
    for field in definitions.in_use():
        yield Known(_CUSTOM + field.key, field.type, field)
