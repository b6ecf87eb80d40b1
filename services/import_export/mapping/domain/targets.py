"""Where the cells of a column may go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.import_export.mapping.domain.wrong import Facts, Json

IGNORED: Final = "ignored"
NAMES: Final = ("name", "first_name", "last_name")
PRIMARIES: Final = ("email", "phone", "whatsapp")
# Further addresses of a kind, any number in one cell.
POINTS: Final[Mapping[str, str]] = {"emails": "email", "phones": "phone", "whatsapps": "whatsapp"}
PLATFORMS: Final = ("instagram", "facebook", "telegram", "external")
OTHERS: Final = ("id", "tags", "teams", "assignee", "status", "channel", "created_at")
STANDARD: Final = (*NAMES, *PRIMARIES, *POINTS, *PLATFORMS, *OTHERS)
# One value for every row of a file makes sense for these, and for custom fields.
CONSTANT: Final = frozenset({"tags", "teams", "assignee", "status", "channel", "created_at"})
# Columns of our own export that nobody can write.
READ_ONLY: Final = frozenset({"updated_at", "last_interaction_at", "version", "name_source", "masked"})
_MANY: Final = frozenset({*NAMES, *POINTS, *PLATFORMS, "tags", "teams"})
_CUSTOM: Final = "custom."
_WORDS: Final = frozenset({"text", "select", "multiselect"})
_DAYS: Final = frozenset({"date", "datetime"})


@dataclass(frozen=True, slots=True)
class Target:
    """`field`: the definition of a custom field."""

    key: str
    field: Json | None = None

    @property
    def is_list(self) -> bool:
        """It takes several values: those of several columns, and a constant, are united."""
        if self.field is not None:
            return bool(self.field["type"] == "multiselect")
        return self.key in _MANY and self.key not in NAMES

    @property
    def many(self) -> bool:
        """Several columns may go there."""
        if self.field is not None:
            return self.field["type"] in ("text", "multiselect")
        return self.key in _MANY

    @property
    def has_words(self) -> bool:
        """Whatever is written there is meant so, also what looks like a number or an error."""
        return self.key == "tags" if self.field is None else self.field["type"] in _WORDS

    @property
    def is_day(self) -> bool:
        """A date, or a moment."""
        return self.key == "created_at" if self.field is None else self.field["type"] in _DAYS

    @property
    def may_be_constant(self) -> bool:
        return self.field is not None or self.key in CONSTANT


def find_target(key: object, facts: Facts) -> Target | None:
    """The target of this name today."""
    if not isinstance(key, str):
        return None
    if key in STANDARD:
        return Target(key)
    if key.startswith(_CUSTOM):
        wanted = key.removeprefix(_CUSTOM)
        found = next((f for f in facts.get("fields", ()) if f["key"] == wanted), None)
        return None if found is None else Target(key, found)
    return None
