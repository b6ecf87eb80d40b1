"""What a batch is decided against: the customers that its rows may meet, as the rows before left them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from identity import Identity
from services.customers.importing.domain.asked import Row
from services.customers.registry.domain.addresses import Address
from services.customers.registry.domain.customer import Customer


@dataclass(slots=True)
class World:
    """The customers whom the caller sees, by id, and who holds which address. Changed by every row.

    `roots`: of each record that a row names, the customer that it is part of, if the caller sees it.
    `holders` has customers that are hidden from the caller, too: `customers` has not.
    `answers_left`: how often the caller may still be told that there is somebody hidden; None: always.
    """

    customers: dict[UUID, Customer]
    roots: Mapping[UUID, UUID]
    holders: dict[Identity, tuple[UUID, ...]]
    answers_left: int | None = None
    before: Mapping[UUID, Customer] = field(default_factory=dict)
    made_by: dict[UUID, int] = field(default_factory=dict)  # customer → the row that made it
    hidden_met: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.before = dict(self.customers)

    def holders_of(self, addresses: Iterable[Address]) -> dict[UUID, None]:
        """Who holds one of these, in the order of the addresses."""
        return {root: None for address in addresses for root in self._holders(address)}

    def besides(self, root: UUID, addresses: Iterable[Address]) -> tuple[Address, ...]:
        """Those that others hold, and this customer does not."""
        return tuple(a for a in addresses if (held := self._holders(a)) and root not in held)

    def hides(self, roots: Collection[UUID]) -> bool:
        return any(root not in self.customers for root in roots)

    def put(self, customer: Customer) -> None:
        """Made, or changed: the rows that follow meet it so."""
        self.customers[customer.id] = customer
        for point in customer.points:
            held = self.holders.get(point.identity, ())
            if customer.id not in held:
                self.holders[point.identity] = (*held, customer.id)

    @property
    def exhausted(self) -> bool:
        return self.answers_left is not None and self.answers_left <= 0

    def keeps_silent_about(self, row: Row) -> bool:
        """Whether nothing is told of it, whomever it meets: the caller was told often enough of somebody
        hidden, now or when it was checked."""
        return self.answers_left is not None and (row.unclear or (bool(row.addresses) and self.exhausted))

    def tell_of_hidden(self, row: Row) -> None:
        """The answer to this row tells that there is somebody: that counts."""
        self.hidden_met.append(row)
        if self.answers_left is not None:
            self.answers_left -= 1

    def _holders(self, address: Address) -> tuple[UUID, ...]:
        return self.holders.get(address.contact.identity, ()) if address.contact else ()
