"""What a custom field is. A value belongs to a definition by its key; an option is held by its id."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final
from uuid import UUID

TYPES: Final = ("text", "number", "date", "datetime", "boolean", "select", "multiselect", "url")
WITH_OPTIONS: Final = frozenset({"select", "multiselect"})

MAX_FIELDS: Final = 200  # archived ones included: their values are kept
MAX_OPTIONS: Final = 1_000
MAX_LABEL: Final = 100
MAX_HELP: Final = 500

_KEY = re.compile(r"[a-z][a-z0-9_]{0,62}")

# A filter, a column of an export or an import may name either kind of field: a key must never be ambiguous.
STANDARD_FIELDS: Final = frozenset(
    ("id", "name", "name_source", "email", "phone", "whatsapp", "instagram", "facebook", "telegram")
    + ("external", "contact_points", "tags", "teams", "assignee", "status", "channel", "source", "custom")
    + ("created_at", "updated_at", "deleted_at", "last_interaction_at", "version", "masked", "history")
    + ("notes", "tasks", "conversations", "appointments", "purchases")
)


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a select or multiselect. `number` is what customer rows hold, `id` what the API shows."""

    number: int
    id: UUID
    label: str
    label_folded: str
    colour: str | None
    position: int
    archived: bool
    joined_to: int | None = None  # the number of the option that customers with this one have instead


@dataclass(frozen=True)
class Field:
    key: str
    label: str
    type: str
    required: bool
    help: str
    position: int
    archived: bool
    version: int
    options: tuple[Option, ...] = ()
    joined: tuple[Option, ...] = ()  # aliases: options that became part of another one, shown nowhere

    @cached_property
    def by_number(self) -> dict[int, Option]:
        """What each number in a customer row means today: that of a joined option, its survivor."""
        survivors = {option.number: option for option in self.options}
        return survivors | {alias.number: survivors[alias.joined_to or 0] for alias in self.joined}

    @cached_property
    def by_id(self) -> dict[str, Option]:
        return {str(option.id): self.by_number[option.number] for option in self._all}

    @cached_property
    def by_label(self) -> dict[str, Option]:
        return {option.label_folded: self.by_number[option.number] for option in self._all}

    @cached_property
    def numbers(self) -> frozenset[int]:
        return frozenset(self.by_number)

    def numbers_of(self, option: Option) -> frozenset[int]:
        """Every number by which customer rows may hold this option: its own and those of its aliases."""
        return frozenset({option.number} | {a.number for a in self.joined if a.joined_to == option.number})

    @property
    def _all(self) -> tuple[Option, ...]:
        return self.options + self.joined


@dataclass(frozen=True)
class Definitions:
    """Every field of the deployment at one moment, archived ones included, in their order."""

    fields: tuple[Field, ...] = ()
    by_key: dict[str, Field] = field(init=False)
    by_option: dict[int, tuple[Field, Option]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_key", {each.key: each for each in self.fields})
        object.__setattr__(
            self, "by_option", {n: (f, o) for f in self.fields for n, o in f.by_number.items()}
        )

    def numbers_of(self, option: Option) -> frozenset[int]:
        """Every number by which customer rows may hold this option, whichever field it belongs to."""
        return self.by_option[option.number][0].numbers_of(option)

    def in_use(self) -> Iterable[Field]:
        return (each for each in self.fields if not each.archived)


def is_key(text: str) -> bool:
    return _KEY.fullmatch(text) is not None
