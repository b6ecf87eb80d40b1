"""Which customers hold what somebody typed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from identity import Identity
from services.customers.registry.domain.addresses import Address

FIELDS = ("email", "phone", "whatsapp", "contact_points")


@dataclass(frozen=True, slots=True)
class Matches:
    """Customers (roots) with the fields, as the caller typed them, in which they match."""

    fields_of: Mapping[UUID, tuple[str, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.fields_of)

    @property
    def customers(self) -> tuple[UUID, ...]:
        return tuple(self.fields_of)

    @property
    def matched_on(self) -> list[str]:
        return in_order(name for names in self.fields_of.values() for name in names)

    def among(self, customers: Collection[UUID]) -> Matches:
        return Matches({c: names for c, names in self.fields_of.items() if c in customers})


def matches(
    addresses: Iterable[Address], holders: Mapping[Identity, Sequence[UUID]], *, besides: UUID | None = None
) -> Matches:
    """Who, besides one customer, holds one of these addresses. `holders` are roots."""
    found: dict[UUID, list[str]] = {}
    for address in addresses:
        for root in holders.get(address.contact.identity, ()) if address.contact else ():
            if root != besides:
                found.setdefault(root, []).append(address.field)
    return Matches({root: tuple(in_order(found[root])) for root in found})


def in_order(names: Iterable[str]) -> list[str]:
    given = frozenset(names)
    return [name for name in FIELDS if name in given]
