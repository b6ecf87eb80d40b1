"""Fields that there are, and that this caller is told nothing of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from servicekit.errors import Invalid
from services.reports.configuring.domain.known import Fields
from services.reports.configuring.domain.model import Configuration
from services.reports.configuring.domain.reading import read

_POINTER: Final = "/configuration"


def read_unhidden(data: Any, fields: Fields, *, hidden: Collection[str]) -> Configuration:
    """The configuration. Raises Invalid; a field that is `hidden` from the caller is not called unknown:
    its name is no secret."""
    try:
        return read(data, fields, pointer=_POINTER)
    except Invalid as error:
        faults = [_told(each, data, hidden) for each in error.payload["errors"]]
        raise Invalid(error.code, {"errors": faults}) from None


def _told(fault: Mapping[str, str], data: Any, hidden: Collection[str]) -> dict[str, str]:
    named = _at(fault["pointer"], data) if fault["code"] == "unknown_field" else None
    if isinstance(named, str) and named in hidden:
        return {**fault, "code": "field_hidden", "detail": "contact data is hidden from you"}
    return dict(fault)


def _at(pointer: str, data: Any) -> Any:
    """What stands there: a fault in a field is in a text below objects and lists."""
    for step in pointer.removeprefix(_POINTER).split("/")[1:]:
        data = data[int(step)] if isinstance(data, list) else data[step]
    return data
