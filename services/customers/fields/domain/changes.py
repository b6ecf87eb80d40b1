"""What may be done to a definition: every function gives the definition after it, one version later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from servicekit.errors import Conflict, Invalid, TooLarge
from services.customers.fields.domain import definitions as limits
from services.customers.fields.domain import properties
from services.customers.fields.domain.definitions import Definitions, Field, Option
from services.customers.fields.domain.options import new_options


@dataclass(frozen=True, slots=True)
class NewField:
    """A field to be made with its first options, checked but for what the other fields forbid."""

    field: Field
    options: tuple[Option, ...]


def new_field(data: Mapping[str, Any], *, existing: Definitions, option_ids: Callable[[], UUID]) -> NewField:
    """The field that `data` describes. Raises Invalid, Conflict (field_exists), TooLarge."""
    errors: list[dict[str, str]] = []
    key = data.get("key")
    values = properties.read(
        data, errors, required={"key", "label", "type"}, readers={**properties.FIELD, **properties.FIELD_ONCE}
    )
    options = new_options(data.get("options"), values.get("type"), errors, option_ids)
    if errors:
        raise Invalid("invalid", {"errors": errors})
    if key in existing.by_key:
        raise Conflict("field_exists", {"key": key, "archived": existing.by_key[str(key)].archived})
    if len(existing.fields) >= limits.MAX_FIELDS:
        raise TooLarge("too_many_fields", {"limit": limits.MAX_FIELDS})
    last = max((each.position for each in existing.fields), default=-1)
    defaults = {"required": False, "help": "", "position": last + 1}
    return NewField(Field(**{**defaults, **values}, archived=False, version=1), options)


def edited(field: Field, patch: Mapping[str, Any]) -> Field:
    """With another label, help, position or required flag. Its key and type stay what they are."""
    errors: list[dict[str, str]] = []
    values = properties.read(patch, errors, required=set(), readers=properties.FIELD)
    if errors:
        raise Invalid("invalid", {"errors": errors})
    return replace(field, **values, version=field.version + 1)


def archived(field: Field) -> Field:
    """Out of use; customers keep their values, and the key stays taken."""
    if field.archived:
        raise Conflict("field_archived", {"key": field.key})
    return replace(field, archived=True, version=field.version + 1)


def unarchived(field: Field) -> Field:
    if not field.archived:
        raise Conflict("field_in_use", {"key": field.key})
    return replace(field, archived=False, version=field.version + 1)
