"""What an import sends: the options of the whole and its rows, read into values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from identity import KINDS, ContactPoint, Identity
from servicekit.clock import parse_rfc3339
from servicekit.errors import Invalid
from servicekit.inputs import find_id
from servicekit.text import folded
from services.customers.registry.domain.addresses import Address
from services.customers.registry.domain.customer import PRIMARY_KINDS, STATUSES, Tag
from services.customers.registry.domain.forms import MAX_POINTS, MAX_TAGS, Form, ListEdit, is_channel
from services.customers.registry.domain.names import BadName, clean_name
from services.customers.tags.domain.tag import BadTagName, clean_tag_name

Json = dict[str, Any]
MAX_ROWS: Final = 1_000
POLICIES: Final = ("skip", "merge", "update", "create")
_TYPES: Final = (
    ("id", str),
    ("name", str),
    ("addresses", list),
    ("tags", list),
    ("teams", list),
    ("assignee", str),
    ("custom", dict),
)
UNKNOWN_OPTIONS: Final = ("refuse", "empty", "create")


@dataclass(frozen=True, slots=True)
class Options:
    """What holds for every row. `teams` and `tags` are given to every customer that is made or changed."""

    policy: str = "merge"
    teams: tuple[UUID, ...] = ()
    tags: tuple[Tag, ...] = ()
    unknown_options: str = "refuse"


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `id` names a customer, as typed; `target` is whom an administrator decided it is.

    `meant` is the record that either of them names, `addresses` are all of the form. `unclear`: so its check
    said. `errors` are of the row itself.
    """

    n: int
    form: Form
    id: str | None = None
    target: UUID | None = None
    again: bool = False
    unclear: bool = False
    teams: tuple[str, ...] = ()
    assignee: str | None = None
    errors: list[Json] = field(default_factory=list)
    meant: UUID | None = None
    addresses: tuple[Address, ...] = ()


def error(pointer: str, code: str, detail: str) -> Json:
    return {"pointer": pointer, "code": code, "detail": detail}


class Reader:
    """Reads the rows of one batch. What many rows say alike is read once."""

    def __init__(self) -> None:
        self._tags: dict[str, Tag | None] = {}

    def options(self, data: Mapping[str, Any]) -> Options:
        """Raises Invalid."""
        policy, unknown = data.get("policy", "merge"), data.get("unknown_options", "refuse")
        if policy not in POLICIES:
            raise Invalid.at("/policy", "unknown_policy", f"one of {', '.join(POLICIES)}")
        if unknown not in UNKNOWN_OPTIONS:
            raise Invalid.at("/unknown_options", "unknown_choice", f"one of {', '.join(UNKNOWN_OPTIONS)}")
        errors: list[Json] = []
        tags = self._tags_of(data.get("tags") or (), errors)
        if errors:
            raise Invalid("invalid", {"errors": errors})
        teams = [find_id(team) for team in data.get("teams") or ()]
        if None in teams:
            raise Invalid.at("/teams", "unknown_team", "there is no such team")
        return Options(policy, tuple(team for team in teams if team), tags, unknown)

    def row(self, data: Mapping[str, Any]) -> Row:
        """Raises Invalid for what no import sends; what is wrong with the row is kept with it."""
        said, errors = data.get("form"), list[Json]()
        if type(data.get("n")) is not int or not isinstance(said, dict) or not _is_form(said):
            raise Invalid.at("/rows", "invalid_object", "a row has its number and its form")
        plan, id_ = data.get("plan"), said.get("id")
        target = find_id(data["target"]) if data.get("target") else None
        form = self._form(said, errors)
        return Row(
            n=data["n"],
            form=form,
            id=id_,
            target=target,
            again=data.get("again") is True,
            unclear=plan is not None and plan.get("outcome") == "needs_review",
            teams=tuple(said.get("teams") or ()),
            assignee=said.get("assignee"),
            errors=errors,
            meant=target or (find_id(id_) if id_ else None),
            addresses=form.addresses,
        )

    def _form(self, data: Json, errors: list[Json]) -> Form:
        primaries, points = _addresses(data.get("addresses") or (), errors)
        return Form(
            name=_name(data.get("name"), errors),
            primaries=primaries,
            points=ListEdit(add=points),
            tags=ListEdit(add=self._tags_of(data.get("tags") or (), errors)),
            status=_status(data.get("status"), errors),
            channel=_channel(data.get("channel"), errors),
            custom=data.get("custom") or {},
            created_at=_moment(data.get("created_at"), errors),
        )

    def _tags_of(self, names: Sequence[Any], errors: list[Json]) -> tuple[Tag, ...]:
        found: dict[str, Tag] = {}
        for position, name in enumerate(names):
            tag = self._tag(name)
            if tag is None:
                errors.append(error(f"/tags/{position}", "invalid_tag", "a text of 1 to 100 characters"))
            else:
                found.setdefault(tag.folded, tag)
        if len(found) > MAX_TAGS:
            errors.append(error("/tags", "too_many_tags", f"at most {MAX_TAGS}"))
        return tuple(found.values())

    def _tag(self, name: Any) -> Tag | None:
        if not isinstance(name, str):
            return None
        if name not in self._tags:
            try:
                clean = clean_tag_name(name)
                self._tags[name] = Tag(None, clean, folded(clean))
            except BadTagName:
                self._tags[name] = None
        return self._tags[name]


def _is_form(said: Json) -> bool:
    """Whether its parts are of their types; null is nothing."""
    return all(said.get(name) is None or isinstance(said[name], kind) for name, kind in _TYPES) and all(
        isinstance(team, str) for team in said.get("teams") or ()
    )


def _name(value: Any, errors: list[Json]) -> str | None:
    if value is None:
        return None
    try:
        return clean_name(value)
    except BadName as bad:
        code = "missing_name" if bad.code == "required" else bad.code
        errors.append(error("/name", code, bad.detail))
        return None


def _addresses(
    values: Sequence[Any], errors: list[Json]
) -> tuple[dict[str, Address | None], tuple[Address, ...]]:
    """By kind the primary one, and all others."""
    primaries, others = dict[str, Address | None](), list[Address]()
    if len(values) > MAX_POINTS:
        errors.append(error("/contact_points", "too_many_contact_points", f"at most {MAX_POINTS}"))
        return primaries, ()
    for value in values:
        address = _address(value)
        if address.field in PRIMARY_KINDS and address.field not in primaries:
            primaries[address.field] = address
        else:
            others.append(address)
    return primaries, tuple(others)


def _address(value: Any) -> Address:
    """Normalised already, by the one library that does it."""
    try:
        kind, shown, raw = value["kind"], value["value"], value.get("raw") or value["value"]
        identity = Identity(value["space"], value["identity"])
        if kind in KINDS and all(isinstance(x, str) for x in (shown, raw, identity.space, identity.value)):
            named = value.get("field") == kind and kind in PRIMARY_KINDS
            point = ContactPoint(kind, shown, raw, identity)
            scope = value.get("scope") or ""
            if named:
                return Address(kind, point, scope=scope, primary=True)
            return Address("contact_points", point, scope=scope, primary=value.get("primary") is True)
    except (KeyError, TypeError, AttributeError):
        pass
    raise Invalid.at("/rows", "invalid_address", "an address is sent as it was normalised")


def _status(value: Any, errors: list[Json]) -> str | None:
    if value is None or value in STATUSES:
        return None if value is None else str(value)
    errors.append(error("/status", "invalid_status", f"one of {', '.join(STATUSES)}"))
    return None


def _channel(value: Any, errors: list[Json]) -> str | None:
    if value is None or is_channel(value):
        return None if value is None else str(value)
    errors.append(error("/channel", "invalid_channel", "lower-case letters, digits, _ and -, at most 50"))
    return None


def _moment(value: Any, errors: list[Json]) -> datetime | None:
    if value is None:
        return None
    try:
        return parse_rfc3339(value)
    except (ValueError, TypeError, OverflowError):
        errors.append(error("/created_at", "invalid_date", "a moment with its offset is expected"))
        return None
