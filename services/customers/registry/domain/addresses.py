"""Addresses as somebody typed them: which field they were typed in, and what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from identity import ContactPoint, InvalidContact, normalise
from servicekit.problems import Problems, escaped
from services.customers.registry.domain.contacts import Point
from services.customers.registry.domain.customer import PRIMARY_KINDS

_KNOWN = frozenset({"id", "kind", "value", "raw", "label", "primary", "scope"})
LONGEST_LABEL = 100


@dataclass(frozen=True, slots=True)
class Address:
    """One typed address. `field` is how the caller names it: email, phone, whatsapp or contact_points.

    In a list of what to remove, an address may be an `id` alone: then `contact` is None.
    """

    field: str
    contact: ContactPoint | None
    id: UUID | None = None
    scope: str = ""
    label: str | None = None
    primary: bool = False

    def point(self, *, id: UUID, at: datetime) -> Point:
        """The contact point it becomes."""
        assert self.contact is not None, "only an address to remove is an id alone"
        return Point(
            id=id,
            kind=self.contact.kind,
            value=self.contact.value,
            raw=self.contact.raw,
            identity=self.contact.identity,
            created_at=at,
            scope=self.scope,
            label=self.label,
            primary=self.primary,
        )


def address_of(point: Point) -> Address:
    """A kept contact point as if its owner typed it again."""
    named = point.primary and point.kind in PRIMARY_KINDS
    contact = ContactPoint(point.kind, point.value, point.raw, point.identity)
    return Address(point.kind if named else "contact_points", contact, point.id, point.scope, point.label)


def read_primary(kind: str, value: Any, region: str, problems: Problems) -> Address | None:
    """The address in the field `email`, `phone` or `whatsapp`; None for null."""
    if value is None:
        return None
    contact = _contact(kind, value, "", region, f"/{kind}", problems)
    return Address(kind, contact, primary=True) if contact else None


def read_addresses(
    values: list[Any], pointer: str, region: str, problems: Problems, *, removing: bool
) -> tuple[Address, ...]:
    """The addresses of a list of contact points."""
    found = [_address(v, f"{pointer}/{n}", region, problems, removing=removing) for n, v in enumerate(values)]
    addresses = tuple(address for address in found if address is not None)
    kinds = [a.contact.kind for a in addresses if a.primary and a.contact]
    if len(kinds) != len(set(kinds)):
        problems.add(pointer, "several_primaries", "one contact point of a kind is the primary one")
    return addresses


def _address(value: Any, pointer: str, region: str, problems: Problems, *, removing: bool) -> Address | None:
    if removing and isinstance(value, str):
        value = {"id": value}
    if not isinstance(value, Mapping):
        problems.add(pointer, "invalid_object", "an object with kind and value is expected")
        return None
    for key in value.keys() - _KNOWN:
        problems.add(f"{pointer}/{escaped(key)}", "unknown_property", "there is no such field")
    point_id = _id(value.get("id"), f"{pointer}/id", problems)
    if removing and point_id:
        return Address("contact_points", None, id=point_id)
    scope = value.get("scope") or ""
    if not isinstance(scope, str):
        problems.add(f"{pointer}/scope", "invalid_type", "a text is expected")
        return None
    contact = _contact(
        value.get("kind"), value.get("value"), scope, region, pointer, problems, member="/value"
    )
    label = _label(value.get("label"), f"{pointer}/label", problems)
    if contact is None:
        return None
    return Address("contact_points", contact, point_id, scope, label, value.get("primary") is True)


def _contact(
    kind: Any, value: Any, scope: str, region: str, pointer: str, problems: Problems, *, member: str = ""
) -> ContactPoint | None:
    if not isinstance(kind, str):
        problems.add(f"{pointer}/kind", "required", "a kind of contact point is expected")
        return None
    if not isinstance(value, str):
        problems.add(
            f"{pointer}{member}", "required" if value is None else "invalid_type", "a text is expected"
        )
        return None
    try:
        return normalise(kind, value, scope=scope, default_region=region)
    except InvalidContact as error:
        at = f"{pointer}/kind" if error.code == "unknown_kind" else f"{pointer}{member}"
        problems.add(at, error.code, error.detail)
        return None


def _id(value: Any, pointer: str, problems: Problems) -> UUID | None:
    try:
        return None if value is None else UUID(value)
    except (ValueError, TypeError, AttributeError):
        problems.add(pointer, "invalid_id", "an id is expected")
        return None


def _label(value: Any, pointer: str, problems: Problems) -> str | None:
    if value is None:
        return None
    label = value.strip() if isinstance(value, str) else ""
    if not isinstance(value, str) or len(label) > LONGEST_LABEL or not label.isprintable():
        problems.add(pointer, "invalid_label", f"a text of at most {LONGEST_LABEL} printable characters")
        return None
    return label or None
