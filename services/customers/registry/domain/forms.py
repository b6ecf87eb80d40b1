"""What somebody typed about a customer, checked in itself: plain JSON in, a Form or one Invalid out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from servicekit.clock import parse_rfc3339
from servicekit.problems import Problems, escaped
from servicekit.text import folded
from services.customers.registry.domain.addresses import Address, read_addresses, read_primary
from services.customers.registry.domain.customer import PRIMARY_KINDS, STATUSES, Tag
from services.customers.registry.domain.names import BadName, clean_name
from services.customers.tags.domain.tag import BadTagName, clean_tag_name

T = TypeVar("T")
CONTACT_FIELDS: Final = frozenset({*PRIMARY_KINDS, "contact_points"})
KNOWN_FIELDS: Final = CONTACT_FIELDS | {
    "name", "tags", "teams", "assignee", "status", "channel", "custom", "created_at",
}  # fmt: skip
MAX_TAGS: Final = 100
MAX_TEAMS: Final = 100
MAX_POINTS: Final = 100
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}")


@dataclass(frozen=True, slots=True)
class ListEdit(Generic[T]):
    """A list as a whole, or what to add to it and take from it."""

    whole: tuple[T, ...] | None = None
    add: tuple[T, ...] = ()
    remove: tuple[T, ...] = ()

    @property
    def added(self) -> tuple[T, ...]:
        """Everything that is there afterwards because of this edit."""
        return self.add if self.whole is None else self.whole


@dataclass(frozen=True, slots=True)
class Form:
    """The typed fields. `given` names those that were there at all: null is not the same as absent."""

    given: frozenset[str] = frozenset()
    name: str | None = None
    primaries: Mapping[str, Address | None] = field(default_factory=dict)
    points: ListEdit[Address] = ListEdit()
    tags: ListEdit[Tag] = ListEdit()
    teams: ListEdit[UUID] = ListEdit()
    assignee: UUID | None = None
    status: str | None = None
    channel: str | None = None
    custom: Mapping[str, Any] = field(default_factory=dict)
    created_at: datetime | None = None

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Every address that was typed to be there afterwards."""
        return (*(a for a in self.primaries.values() if a), *self.points.added)


def read_form(data: Mapping[str, Any], *, default_region: str) -> Form:
    """Raises Invalid with all that is wrong. What depends on the customer or the company is checked later."""
    problems = Problems()
    for key in data.keys() - KNOWN_FIELDS:
        problems.add(f"/{escaped(key)}", "unknown_property", "there is no such field")
    form = Form(
        given=frozenset(data),
        name=_name(data, problems),
        primaries={k: read_primary(k, data[k], default_region, problems) for k in PRIMARY_KINDS if k in data},
        points=_points(data, default_region, problems),
        tags=_list(data, "tags", _tag, problems, at_most=MAX_TAGS),
        teams=_list(data, "teams", _id, problems, at_most=MAX_TEAMS),
        assignee=_optional(data, "assignee", _id, problems),
        status=_optional(data, "status", _status, problems),
        channel=_optional(data, "channel", _channel, problems),
        custom=_custom(data, problems),
        created_at=_optional(data, "created_at", _moment, problems),
    )
    problems.raise_if_any()
    return form


class _Wrong(ValueError):
    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail


def _name(data: Mapping[str, Any], problems: Problems) -> str | None:
    if "name" not in data:
        return None
    try:
        if not isinstance(data["name"], str | None):
            raise BadName("invalid_type", "a text is expected")
        return clean_name(data["name"])
    except BadName as error:
        problems.add("/name", error.code, error.detail)
        return None


def _optional(data: Mapping[str, Any], key: str, read: Callable[[Any], T], problems: Problems) -> T | None:
    if data.get(key) is None:
        return None
    try:
        return read(data[key])
    except _Wrong as error:
        problems.add(f"/{key}", error.code, error.detail)
        return None


def _list(
    data: Mapping[str, Any], key: str, read: Callable[[Any], T], problems: Problems, *, at_most: int
) -> ListEdit[T]:
    def items(values: Any, pointer: str) -> tuple[T, ...]:
        if not isinstance(values, list) or len(values) > at_most:
            problems.add(pointer, "invalid_list", f"a list of at most {at_most} is expected")
            return ()
        found: dict[T, None] = {}
        for position, value in enumerate(values):
            try:
                found[read(value)] = None
            except _Wrong as error:
                problems.add(f"{pointer}/{position}", error.code, error.detail)
        return tuple(found)

    return list_edit(data.get(key), f"/{key}", items, problems)


def list_edit(
    given: Any, pointer: str, items: Callable[[Any, str], tuple[T, ...]], problems: Problems
) -> ListEdit[T]:
    """A list, null for the empty one, or an object of `add` and `remove`."""
    if not isinstance(given, Mapping):
        return ListEdit(whole=() if given is None else items(given, pointer))
    for key in given.keys() - {"add", "remove"}:
        problems.add(
            f"{pointer}/{escaped(key)}", "unknown_property", "a list, or an object of add and remove"
        )
    both = {
        key: items(given[key], f"{pointer}/{key}") for key in ("add", "remove") if given.get(key) is not None
    }
    return ListEdit(add=both.get("add", ()), remove=both.get("remove", ()))


def _points(data: Mapping[str, Any], region: str, problems: Problems) -> ListEdit[Address]:
    def items(values: Any, pointer: str) -> tuple[Address, ...]:
        if not isinstance(values, list) or len(values) > MAX_POINTS:
            problems.add(pointer, "invalid_list", f"a list of at most {MAX_POINTS} is expected")
            return ()
        return read_addresses(values, pointer, region, problems, removing=pointer.endswith("/remove"))

    return list_edit(data.get("contact_points"), "/contact_points", items, problems)


def _tag(value: Any) -> Tag:
    try:
        name = clean_tag_name(value)
    except BadTagName as error:
        raise _Wrong("invalid_tag", str(error)) from None
    return Tag(None, name, folded(name))


def _id(value: Any) -> UUID:
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        raise _Wrong("invalid_id", "an id is expected") from None


def _status(value: Any) -> str:
    if value not in STATUSES:
        raise _Wrong("invalid_status", f"one of {', '.join(STATUSES)}")
    return str(value)


def is_channel(value: Any) -> bool:
    return isinstance(value, str) and _SLUG.fullmatch(value) is not None


def _channel(value: Any) -> str:
    if not is_channel(value):
        raise _Wrong("invalid_channel", "lower-case letters, digits, _ and -, at most 50")
    return str(value)


def _moment(value: Any) -> datetime:
    try:
        return parse_rfc3339(value)
    except (ValueError, TypeError, OverflowError):
        raise _Wrong("invalid_time", "an RFC 3339 time with its offset is expected") from None


def _custom(data: Mapping[str, Any], problems: Problems) -> Mapping[str, Any]:
    custom = data.get("custom")
    if isinstance(custom, Mapping):
        return custom
    if custom is not None:
        problems.add("/custom", "invalid_object", "an object of custom values is expected")
    return {}
