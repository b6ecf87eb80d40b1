"""Arguments of calls: the gateway checks their types, and we rely on nobody."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from servicekit.errors import Invalid, TooLarge

MAX_IDS: Final = 1_000


def object_of(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Invalid.at("", "invalid_object", "an object is expected")
    return value


def whole(value: Any, pointer: str, *, at_least: int, at_most: int) -> int:
    """A whole number between two bounds."""
    if type(value) is not int or not at_least <= value <= at_most:
        raise Invalid.at(pointer, "out_of_range", f"a whole number from {at_least} to {at_most}")
    return value


def version_of(value: Any) -> int | None:
    """The version that a caller saw, if they say."""
    return None if value is None else whole(value, "/version", at_least=0, at_most=2**31 - 1)


def find_id(value: Any) -> UUID | None:
    """The id that was given; what is none names nothing."""
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        return None


def texts_of(values: Any, pointer: str) -> list[str]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise Invalid.at(pointer, "invalid_list", "a list of texts is expected")
    return values


def ids_of(values: Any) -> dict[str, str]:
    """The ids among `values`, as asked and as they are written; what is no id is left out."""
    if not isinstance(values, list):
        raise Invalid.at("/ids", "invalid_list", "a list of ids is expected")
    if len(values) > MAX_IDS:
        raise TooLarge("too_many_ids", {"limit": MAX_IDS})
    found: dict[str, str] = {}
    for value in values:
        if (known := find_id(value)) is not None:
            found[value] = str(known)
    return found
