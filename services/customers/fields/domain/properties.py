"""Properties of fields and options as administrators write them: each is read alone, errors point at it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from servicekit.text import folded
from services.customers.fields.domain import definitions as limits
from services.customers.fields.domain.definitions import is_key
from services.customers.fields.domain.scalars import InvalidValue

MAX_POSITION = 1_000_000
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def read(
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
            errors.append(fault("/" + name.replace("~", "~0").replace("/", "~1"), error.code, error.detail))
    return values


def fault(pointer: str, code: str, detail: str) -> dict[str, str]:
    return {"pointer": pointer, "code": code, "detail": detail}


def read_key(value: Any) -> str:
    if not isinstance(value, str) or not is_key(value):
        raise InvalidValue("invalid_key", "a small letter, then at most 62 of a-z, 0-9 and _")
    if value in limits.STANDARD_FIELDS:
        raise InvalidValue("reserved_key", "a standard field has this name")
    return value


def read_type(value: Any) -> str:
    if value not in limits.TYPES:
        raise InvalidValue("unknown_type", "one of " + ", ".join(limits.TYPES))
    return str(value)


def read_label(value: Any) -> str:
    label = value.strip() if isinstance(value, str) else ""
    if not folded(label) or _CONTROL.search(label):
        raise InvalidValue("required", "a label is needed, in one line")
    if len(label) > limits.MAX_LABEL:
        raise InvalidValue("too_long", f"at most {limits.MAX_LABEL} characters")
    return label


def read_help(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or _CONTROL.search(value.replace("\n", "")):
        raise InvalidValue("invalid_text", "a text is expected")
    if len(value) > limits.MAX_HELP:
        raise InvalidValue("too_long", f"at most {limits.MAX_HELP} characters")
    return value.strip()


def read_flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidValue("invalid_boolean", "true or false is expected")
    return value


def read_position(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_POSITION:
        raise InvalidValue("invalid_position", f"a whole number from 0 to {MAX_POSITION} is expected")
    return value


def read_colour(value: Any) -> str | None:
    if value is not None and (not isinstance(value, str) or not _COLOUR.fullmatch(value)):
        raise InvalidValue("invalid_colour", "a colour such as #1a73e8 is expected")
    return value.lower() if value else None


FIELD = {"label": read_label, "required": read_flag, "help": read_help, "position": read_position}
FIELD_ONCE = {"key": read_key, "type": read_type}
OPTION = {"label": read_label, "colour": read_colour, "position": read_position}
