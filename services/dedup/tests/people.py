"""People, teams and merges as the customers service has them, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from identity import ContactPoint, normalise
from servicekit.ids import new_id
from servicekit.scope import ADMIN, AGENT

Json = dict[str, Any]
CONTACT: Final = ("email", "phone", "whatsapp")
THEN: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Customer:
    """One record. What it holds stays with it, whoever it is merged into."""

    id: str
    name: str
    teams: frozenset[str]
    points: list[ContactPoint]
    created_at: datetime
    merged_into: str | None = None
    merge_id: str | None = None
    deleted: bool = False
    version: int = 1
    revision: int = 1


@dataclass
class Token:
    """A token to ask for access: whose it is, and whom it is about."""

    user_id: str
    customer_id: str
    matched_on: list[str] = field(default_factory=lambda: ["phone"])


class People:
    """Who there is. Tests change it; the methods of the service below read it."""

    def forget(self) -> None:
        """Nobody is there yet."""
        self.customers: dict[str, Customer] = {}
        self.merges: dict[str, Json] = {}
        self.tokens: dict[str, Token] = {}
        self.exhausted: set[str] = set()  # users who had their ten duplicate answers
        self.hide_contact_data = False
        self.default_region = "BR"

    def add(self, name: str = "", *teams: str, id: str | None = None, **typed: str) -> str:
        """A new customer of these teams. `typed`: email, phone, whatsapp; instagram and so on by id."""
        points = [_point(kind, value) for kind, value in typed.items()]
        made = THEN + timedelta(minutes=len(self.customers))
        customer = Customer(id or str(new_id()), name, frozenset(teams), points, made)
        self.customers[customer.id] = customer
        return customer.id

    def edit(self, customer_id: str, *, name: str | None = None, **typed: str) -> None:
        """Another name, one more address of a kind."""
        customer = self.customers[customer_id]
        customer.name = customer.name if name is None else name
        customer.points += [_point(kind, value) for kind, value in typed.items()]
        self._changed(customer)

    def delete(self, customer_id: str, *, deleted: bool = True) -> None:
        customer = self.customers[self.root(customer_id)]
        customer.deleted = deleted
        self._changed(customer)

    def merge(self, absorbed: str, into: str, *, merge_id: str | None = None) -> str:
        """The survivor is in the teams of both. Returns the merge's id."""
        absorbed, into = self.root(absorbed), self.root(into)
        assert absorbed != into
        tail, head = self.customers[absorbed], self.customers[into]
        tail.merged_into, tail.merge_id = into, merge_id or str(new_id())
        head.teams |= tail.teams
        self._changed(head, tail)
        return tail.merge_id

    def undo(self, absorbed: str) -> None:
        """A record that was merged stands alone again, with all that had been merged into it."""
        tail = self.customers[absorbed]
        head = self.customers[self.root(absorbed)]
        tail.merged_into = tail.merge_id = None
        self._changed(head, tail)

    def root(self, customer_id: str) -> str:
        parent = self.customers[customer_id].merged_into
        return customer_id if parent is None else self.root(parent)

    def members(self, root: str) -> list[str]:
        """The root first."""
        return [root, *(each for each in self.customers if each != root and self.root(each) == root)]

    def live_roots(self) -> list[str]:
        return sorted(c.id for c in self.customers.values() if c.merged_into is None and not c.deleted)

    def points(self, root: str) -> list[ContactPoint]:
        """Of all its records, each address once."""
        every = [point for member in self.members(root) for point in self.customers[member].points]
        return list({(point.kind, point.identity): point for point in reversed(every)}.values())[::-1]

    def sees(self, scope: Json, customer_id: str) -> bool:
        """The rule of visibility in plain Python."""
        if customer_id not in self.customers or scope["role"] not in (ADMIN, AGENT):
            return False
        root = self.customers[self.root(customer_id)]
        return not root.deleted and (scope["role"] == ADMIN or bool(root.teams & set(scope["team_ids"])))

    def token(self, scope: Json, customer_id: str, *matched_on: str) -> str:
        """As of a duplicate answer about a customer that this caller may not see."""
        token = new_id().hex
        self.tokens[token] = Token(scope["user_id"], customer_id, list(matched_on) or ["phone"])
        return token

    @staticmethod
    def _changed(*customers: Customer) -> None:
        for customer in customers:
            customer.version += 1
            customer.revision += 1


def _point(kind: str, value: str) -> ContactPoint:
    return normalise(kind, value, scope="" if kind in CONTACT else "acme-main")
