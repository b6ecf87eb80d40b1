"""What somebody typed: plain JSON in, checked values or one error that names all that is wrong out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from servicekit.clock import parse_rfc3339
from servicekit.errors import Invalid
from servicekit.forms import Wrong, read_form, read_text
from servicekit.inputs import find_id
from services.tasks.work.domain.task import PRIORITIES, STATUSES

LONGEST_TITLE: Final = 200
LONGEST_TEXT: Final = 10_000
_YEARS: Final = range(1900, 3000)

Values = dict[str, Any]
Reader = Callable[[Any], Any]


def read_new_task(data: Mapping[str, Any]) -> Values:
    """Values by field; what was not said is absent. Raises Invalid with all that is wrong."""
    return read_form({"title": None, **data}, _NEW)


def read_task_patch(data: Mapping[str, Any]) -> Values:
    """The same for a change: null empties what may be empty."""
    return read_form(data, _PATCH)


def read_comment(data: Mapping[str, Any]) -> str:
    """Its text. Raises Invalid."""
    body: str = read_form({"body": None, **data}, {"body": _read_body})["body"]
    return body


def read_choices(values: Any, pointer: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """What a list is narrowed to, in the order of `known`; all without any. Raises Invalid."""
    if values is None:
        return known
    wanted = [values] if isinstance(values, str) else values
    if not isinstance(wanted, list) or not all(value in known for value in wanted):
        raise Invalid.at(pointer, "not_a_choice", f"some of {', '.join(known)} are expected")
    return tuple(value for value in known if value in wanted)


def read_flag(value: Any, pointer: str) -> bool | None:
    """True, false or nothing."""
    if value is not None and type(value) is not bool:
        raise Invalid.at(pointer, "invalid_type", "true or false is expected")
    return value


def _read_description(value: Any) -> str | None:
    return None if value is None or value == "" else _read_body(value)


def _read_due(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        moment = parse_rfc3339(value)
    except (TypeError, ValueError, OverflowError):
        raise Wrong("invalid_time", "an RFC 3339 date-time with an offset is expected") from None
    if moment.year not in _YEARS:
        raise Wrong("invalid_time", f"a year from {_YEARS[0]} to {_YEARS[-1]} is expected")
    return moment


def _read_user(value: Any) -> UUID:
    return _read_id(value, "unknown_user", "there is no such user")


def _read_customer(value: Any) -> UUID | None:
    return None if value is None else _read_id(value, "unknown_customer", "there is no such customer")


def _read_id(value: Any, code: str, detail: str) -> UUID:
    found = find_id(value)
    if found is None:
        raise Wrong(code, detail)
    return found


def _read_choice(value: Any, known: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in known:
        raise Wrong("not_a_choice", f"one of {', '.join(known)} is expected")
    return value


_read_body = partial(read_text, longest=LONGEST_TEXT, lines=True)
_NEW: Final[Mapping[str, Reader]] = {
    "title": partial(read_text, longest=LONGEST_TITLE),
    "description": _read_description,
    "due_at": _read_due,
    "responsible": _read_user,
    "priority": partial(_read_choice, known=PRIORITIES),
    "customer": _read_customer,
}
_PATCH: Final[Mapping[str, Reader]] = {**_NEW, "status": partial(_read_choice, known=STATUSES)}
