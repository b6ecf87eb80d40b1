"""What somebody asks for who merges customers: plain JSON in, an Asked or one Invalid out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from servicekit.problems import Problems, escaped
from services.customers.fields.domain.definitions import Definitions
from services.customers.merging.domain.record import CUSTOM
from services.customers.registry.domain.customer import PRIMARY_KINDS

MOST: Final = 10
PLAIN: Final = ("name", "status", "channel", "assignee")


@dataclass(frozen=True, slots=True)
class From:
    """The value that this customer has."""

    customer: UUID


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that one of the customers has."""

    value: Any


@dataclass(frozen=True, slots=True)
class Asked:
    primary: UUID
    duplicates: tuple[UUID, ...]
    values: Mapping[str, From | Literal] = field(default_factory=dict)

    @property
    def customers(self) -> tuple[UUID, ...]:
        return (self.primary, *self.duplicates)


def choosable(definitions: Definitions, *, masked: bool) -> list[str]:
    """The fields that a caller may choose, in the order in which they are shown."""
    contact = () if masked else PRIMARY_KINDS
    return [*PLAIN, *contact, *(CUSTOM + each.key for each in definitions.in_use())]


def read_asked(data: Mapping[str, Any], definitions: Definitions, *, masked: bool) -> Asked:
    """Raises Invalid with everything that is wrong in itself."""
    problems = Problems()
    for key in data.keys() - {"primary", "duplicates", "values"}:
        problems.add(f"/{escaped(key)}", "unknown_property", "there is no such field")
    primary = _id(data.get("primary"), "/primary", problems)
    duplicates = _duplicates(data.get("duplicates"), primary, problems)
    values = _values(data.get("values"), definitions, masked, problems)
    problems.raise_if_any()
    assert primary is not None, "a missing one is a problem"
    return Asked(primary, tuple(duplicates), values)


def read_versions(given: Any, asked: Collection[UUID]) -> dict[UUID, int] | None:
    """The version of each customer as the caller saw it; None if they do not say."""
    if given is None:
        return None
    problems, versions = Problems(), {}
    told = {_written(key): value for key, value in given.items()} if isinstance(given, Mapping) else {}
    for customer in asked:
        version = told.get(str(customer))
        if type(version) is not int:
            problems.add(f"/versions/{customer}", "required", "the version that you saw is expected")
        else:
            versions[customer] = version
    problems.raise_if_any()
    return versions


def _duplicates(given: Any, primary: UUID | None, problems: Problems) -> list[UUID]:
    if not isinstance(given, list) or not 1 <= len(given) < MOST:
        problems.add("/duplicates", "invalid_list", f"from one to {MOST - 1} customers are expected")
        return []
    found: list[UUID] = []
    for position, value in enumerate(given):
        customer = _id(value, f"/duplicates/{position}", problems)
        if customer is not None and (customer == primary or customer in found):
            problems.add(f"/duplicates/{position}", "repeated", "each customer can be named once")
        elif customer is not None:
            found.append(customer)
    return found


def _values(
    given: Any, definitions: Definitions, masked: bool, problems: Problems
) -> dict[str, From | Literal]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        problems.add("/values", "invalid_object", "an object of fields is expected")
        return {}
    known, values = choosable(definitions, masked=masked), {}
    for name, value in given.items():
        pointer = f"/values/{escaped(name)}"
        if name in known:
            values[name] = _choice(value, pointer, problems)
        elif masked and name in PRIMARY_KINDS:
            problems.add(pointer, "field_hidden", "contact data is hidden from you")
        else:
            problems.add(pointer, "unknown_property", "there is no such field to choose")
    return values


def _choice(value: Any, pointer: str, problems: Problems) -> From | Literal:
    if isinstance(value, Mapping) and "from" in value:
        customer = _id(value["from"], f"{pointer}/from", problems)
        if value.keys() != {"from"}:
            problems.add(pointer, "unknown_property", "`from` stands alone")
        return Literal(None) if customer is None else From(customer)
    return Literal(value)


def _id(value: Any, pointer: str, problems: Problems) -> UUID | None:
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        problems.add(pointer, "required" if value is None else "invalid_id", "an id is expected")
        return None


def _written(key: Any) -> str:
    try:
        return str(UUID(key))
    except (ValueError, TypeError, AttributeError):
        return ""
