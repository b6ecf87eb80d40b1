"""What may be done to a definition: every function gives the definition after it, one version later."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from servicekit.errors import Conflict, Invalid, TooLarge
from services.customers.fields.domain import definitions as limits
from services.customers.fields.domain.definitions import Definitions, Field, Option, is_key
from services.customers.fields.domain.scalars import InvalidValue
from services.customers.registry.domain.names import folded

MAX_POSITION = 1_000_000
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class NewField:
    """A field to be made with its first options, checked but for what the other fields forbid."""

    field: Field
    options: tuple[Option, ...]


def new_field(data: Mapping[str, Any], *, existing: Definitions, option_ids: Callable[[], UUID]) -> NewField:
    """The field that `data` describes. Raises Invalid, Conflict (field_exists), TooLarge."""
    errors: list[dict[str, str]] = []
    key = data.get("key")
    values = _read(data, errors, required={"key", "label", "type"}, readers={**_EDITABLE, **_ONCE})
    options = _new_options(data.get("options"), values.get("type"), errors, option_ids)
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
    values = _read(patch, errors, required=set(), readers=_EDITABLE)
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


def with_option(field: Field, data: Mapping[str, Any], *, option_id: UUID) -> tuple[Field, Option]:
    """One more option. Raises Conflict(`option_exists`) for an equal label, whatever its case and accents."""
    if field.type not in limits.WITH_OPTIONS:
        raise Conflict("field_without_options", {"key": field.key, "type": field.type})
    errors: list[dict[str, str]] = []
    values = _read(data, errors, required={"label"}, readers=_OPTION)
    if errors:
        raise Invalid("invalid", {"errors": errors})
    label = folded(values["label"])
    if known := field.by_label.get(label):
        holder = {"id": str(known.id), "label": known.label, "archived": known.archived}
        raise Conflict("option_exists", {"option": holder})
    if len(field.options) >= limits.MAX_OPTIONS:
        raise TooLarge("too_many_options", {"limit": limits.MAX_OPTIONS})
    last = max((each.position for each in field.options), default=-1)
    position = values.get("position", last + 1)
    option = Option(0, option_id, values["label"], label, values.get("colour"), position, False)
    return replace(field, version=field.version + 1), option


def _new_options(
    data: Any, kind: str | None, errors: list[dict[str, str]], option_ids: Callable[[], UUID]
) -> tuple[Option, ...]:
    """The options given together with their field; errors point into the list."""
    if not data:
        return ()
    if kind not in limits.WITH_OPTIONS:
        errors.append(_error("/options", "options_not_allowed", "only select and multiselect have options"))
        return ()
    if not isinstance(data, list) or len(data) > limits.MAX_OPTIONS:
        errors.append(_error("/options", "too_many", f"a list of at most {limits.MAX_OPTIONS} options"))
        return ()
    options: dict[str, Option] = {}
    for index, described in enumerate(data):
        try:
            option = _new_option(described, index, option_ids())
            if option.label_folded in options:
                raise InvalidValue("option_exists", "an equal label is in the list")
            options[option.label_folded] = option
        except InvalidValue as error:
            errors.append(_error(f"/options/{index}", error.code, error.detail))
    return tuple(options.values())


def _new_option(described: Any, index: int, option_id: UUID) -> Option:
    """From `{label, colour?, position?}`, or from the label alone."""
    data = described if isinstance(described, Mapping) else {"label": described}
    if unknown := data.keys() - _OPTION.keys():
        raise InvalidValue("unknown_property", f"options have no {sorted(unknown)[0][:50]}")
    label = _label(data.get("label"))
    position = _position(data["position"]) if "position" in data else index
    return Option(0, option_id, label, folded(label), _colour(data.get("colour")), position, False)


def _read(
    data: Mapping[str, Any], errors: list[dict[str, str]], *, required: set[str], readers: Mapping[str, Any]
) -> dict[str, Any]:
    """The checked values of the properties that are there; what is wrong is added to `errors`."""
    values: dict[str, Any] = {}
    for name in [*data, *sorted(required - data.keys())]:
        if name == "options" and "key" in readers:
            continue
        try:
            if name not in readers:
                raise InvalidValue("unknown_property", "there is no such property")
            values[name] = readers[name](data.get(name))
        except InvalidValue as error:
            errors.append(_error("/" + name.replace("~", "~0").replace("/", "~1"), error.code, error.detail))
    return values


def _error(pointer: str, code: str, detail: str) -> dict[str, str]:
    return {"pointer": pointer, "code": code, "detail": detail}


def _key(value: Any) -> str:
    if not isinstance(value, str) or not is_key(value):
        raise InvalidValue("invalid_key", "a small letter, then at most 62 of a-z, 0-9 and _")
    if value in limits.STANDARD_FIELDS:
        raise InvalidValue("reserved_key", "a standard field has this name")
    return value


def _type(value: Any) -> str:
    if value not in limits.TYPES:
        raise InvalidValue("unknown_type", "one of " + ", ".join(limits.TYPES))
    return str(value)


def _label(value: Any) -> str:
    label = value.strip() if isinstance(value, str) else ""
    if not folded(label) or _CONTROL.search(label):
        raise InvalidValue("required", "a label is needed, in one line")
    if len(label) > limits.MAX_LABEL:
        raise InvalidValue("too_long", f"at most {limits.MAX_LABEL} characters")
    return label


def _help(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or _CONTROL.search(value.replace("\n", "")):
        raise InvalidValue("invalid_text", "a text is expected")
    if len(value) > limits.MAX_HELP:
        raise InvalidValue("too_long", f"at most {limits.MAX_HELP} characters")
    return value.strip()


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidValue("invalid_boolean", "true or false is expected")
    return value


def _position(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_POSITION:
        raise InvalidValue("invalid_position", f"a whole number from 0 to {MAX_POSITION} is expected")
    return value


def _colour(value: Any) -> str | None:
    if value is not None and (not isinstance(value, str) or not _COLOUR.fullmatch(value)):
        raise InvalidValue("invalid_colour", "a colour such as #1a73e8 is expected")
    return value.lower() if value else None


_EDITABLE = {"label": _label, "required": _flag, "help": _help, "position": _position}
_ONCE = {"key": _key, "type": _type}
_OPTION = {"label": _label, "colour": _colour, "position": _position}
