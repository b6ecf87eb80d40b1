"""The columns of an export: what there is, what may be chosen, and what each is called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from servicekit.errors import Invalid
from servicekit.text import folded
from services.customers.fields.domain.definitions import Definitions, Field

MAX_COLUMNS: Final = 250
_CUSTOM: Final = "custom."
_LISTED: Final = "list"

# The order in which they are exported if nobody chose.
_STANDARD: Final = {
    "id": ("ID", "text"),
    "name": ("Name", "text"),
    "email": ("E-mail", "text"),
    "phone": ("Phone", "text"),
    "whatsapp": ("WhatsApp", "text"),
    "emails": ("Other e-mails", _LISTED),
    "phones": ("Other phones", _LISTED),
    "whatsapps": ("Other WhatsApps", _LISTED),
    "instagram": ("Instagram", _LISTED),
    "facebook": ("Facebook", _LISTED),
    "telegram": ("Telegram", _LISTED),
    "external": ("External ids", _LISTED),
    "tags": ("Tags", _LISTED),
    "teams": ("Teams", _LISTED),
    "assignee": ("Assignee", "text"),
    "status": ("Status", "text"),
    "channel": ("Channel", "text"),
    "created_at": ("Created at", "datetime"),
    "updated_at": ("Updated at", "datetime"),
    "last_interaction_at": ("Last interaction at", "datetime"),
    "version": ("Version", "number"),
}
# Of these kinds a column shows the primary contact point, and another one all others.
PRIMARY: Final = {"email": "email", "phone": "phone", "whatsapp": "whatsapp"}
OTHERS: Final = {"emails": "email", "phones": "phone", "whatsapps": "whatsapp"}
PLATFORMS: Final = ("instagram", "facebook", "telegram", "external")
CONTACT: Final = frozenset({*PRIMARY, *OTHERS, *PLATFORMS})
_TYPES: Final = {"number": "number", "date": "date", "datetime": "datetime", "boolean": "boolean"}


@dataclass(frozen=True, slots=True)
class Column:
    """`type` says what its cells are: text, number, boolean, date, datetime, or list (of texts)."""

    key: str
    label: str
    type: str
    field: Field | None = None

    def dump(self) -> dict[str, str]:
        return {"key": self.key, "label": self.label, "type": self.type}


def choose(keys: Any, definitions: Definitions, *, masked: bool) -> list[Column]:
    """The columns with these keys in their order, or all. Raises Invalid; `field_hidden` for contact data."""
    columns = {each.key: each for each in _told_apart(_offered(definitions))}
    if keys is None:
        return [c for c in columns.values() if not (masked and c.key in CONTACT)]
    if not isinstance(keys, list) or not 0 < len(keys) <= MAX_COLUMNS:
        raise Invalid.at("/columns", "invalid_list", f"a list of one to {MAX_COLUMNS} columns is expected")
    chosen: dict[str, Column] = {}
    for position, key in enumerate(keys):
        pointer = f"/columns/{position}"
        if not isinstance(key, str) or key not in columns:
            raise Invalid.at(pointer, "unknown_column", "there is no such column")
        if masked and key in CONTACT:
            raise Invalid.at(pointer, "field_hidden", "contact data is hidden from you")
        if key in chosen:
            raise Invalid.at(pointer, "repeated_column", "a column is chosen once")
        chosen[key] = columns[key]
    return list(chosen.values())


def _offered(definitions: Definitions) -> Iterator[Column]:
    for key, (label, kind) in _STANDARD.items():
        yield Column(key, label, kind)
    for field in definitions.in_use():
        kind = _LISTED if field.type == "multiselect" else _TYPES.get(field.type, "text")
        yield Column(_CUSTOM + field.key, field.label, kind, field)


def _told_apart(columns: Iterable[Column]) -> list[Column]:
    """No two headers are equal, to somebody who minds neither case nor accents: keys tell them apart.

    Whichever are chosen, so that a column always has the same.
    """
    listed = list(columns)
    while twice := _repeated(listed):
        listed = [
            replace(each, label=f"{each.label} ({each.key})") if each.field and n in twice else each
            for n, each in enumerate(listed)
        ]
    return listed


def _repeated(columns: list[Column]) -> set[int]:
    seen = Counter(folded(each.label) for each in columns)
    return {n for n, each in enumerate(columns) if seen[folded(each.label)] > 1}
