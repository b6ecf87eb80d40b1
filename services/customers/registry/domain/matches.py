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
    """Customers (roots) with the fields, as the caller typed them, in which they match.

    `records`: which record of a customer holds the address, where that is not the surviving one.
    """

    fields_of: Mapping[UUID, tuple[str, ...]] = field(default_factory=dict)
    records: Mapping[UUID, UUID] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.fields_of)

    @property
    def customers(self) -> tuple[UUID, ...]:
        return tuple(self.fields_of)

    @property
    def matched_on(self) -> list[str]:
        return in_order(name for names in self.fields_of.values() for name in names)

    def holder_in(self, customer: UUID) -> UUID:
        """The record of this customer that holds the address: the first that was typed of several."""
        return self.records.get(customer, customer)

    def among(self, customers: Collection[UUID]) -> Matches:
        return Matches({c: names for c, names in self.fields_of.items() if c in customers}, self.records)


def matches(
    addresses: Iterable[Address],
    holders: Mapping[Identity, Sequence[UUID]],
    *,
    besides: UUID | None = None,
    records: Mapping[tuple[Identity, UUID], UUID] | None = None,
) -> Matches:
    """Who, besides one customer, holds one of these addresses. `holders` are roots; `records` says which of
    a root's records it is.
    """
    found: dict[UUID, list[str]] = {}
    holding: dict[UUID, UUID] = {}
    for address in addresses:
        if address.contact is None:
            continue
        identity = address.contact.identity
        for root in holders.get(identity, ()):
            if root != besides:
                found.setdefault(root, []).append(address.field)
                holding.setdefault(root, (records or {}).get((identity, root), root))
    return Matches({root: tuple(in_order(found[root])) for root in found}, holding)


def in_order(names: Iterable[str]) -> list[str]:
    given = frozenset(names)
    return [name for name in FIELDS if name in given]
