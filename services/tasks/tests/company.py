"""The customers service as the tasks service meets it: whom somebody may see, answered from memory."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event

from servicekit.database import Transactions
from servicekit.ids import new_id
from servicekit.scope import ADMIN, AGENT

Json = dict[str, Any]


@dataclass
class Customer:
    id: str
    teams: frozenset[str]
    merged_into: str | None = None
    deleted: bool = False


class Company:
    """Customers, their teams and merges. Fails when it is called by who holds a connection to the database.

    Its answers have the form of contracts/customers/rpc/visible.json; a test compares them.
    """

    def __init__(self, database: Transactions) -> None:
        self._held = threading.local()
        self.forget()
        event.listen(database.engine, "checkout", lambda *_: self._count(1))
        event.listen(database.engine, "checkin", lambda *_: self._count(-1))

    def forget(self) -> None:
        """Nobody is there yet."""
        self.customers: dict[str, Customer] = {}
        self.calls = 0
        self.down: Exception | None = None  # what every call ends with
        self.meanwhile: Callable[[], object] | None = None  # what somebody else does during the next call

    def add(self, *teams: str) -> str:
        customer = Customer(str(new_id()), frozenset(teams))
        self.customers[customer.id] = customer
        return customer.id

    def merge(self, absorbed: str, into: str) -> None:
        """The survivor is in the teams of both."""
        absorbed, into = self.root(absorbed), self.root(into)
        assert absorbed != into
        self.customers[absorbed].merged_into = into
        self.customers[into].teams |= self.customers[absorbed].teams

    def root(self, customer_id: str) -> str:
        parent = self.customers[customer_id].merged_into
        return customer_id if parent is None else self.root(parent)

    def members(self, root: str) -> list[str]:
        return [each for each in self.customers if self.root(each) == root]

    def sees(self, scope: Json, customer_id: str) -> bool:
        """The rule of visibility in plain Python."""
        if customer_id not in self.customers:
            return False
        root = self.customers[self.root(customer_id)]
        if root.deleted or scope["role"] not in (ADMIN, AGENT):
            return False
        return scope["role"] == ADMIN or bool(root.teams & set(scope["team_ids"]))

    def call(
        self, method: str, scope: Json, ids: list[str], *, with_teams: bool = False, deadline: float = 5.0
    ) -> Json:
        """`customers.visible`, as if over the bus."""
        assert method == "visible", method
        assert not self._count(0), "another service is called while a connection to the database is held"
        self.calls += 1
        if self.meanwhile:
            self.meanwhile, others_do = None, self.meanwhile
            others_do()
        if self.down:
            raise self.down
        return {each: self._shown(scope, each, with_teams) for each in ids if self.sees(scope, each)}

    def _shown(self, scope: Json, customer_id: str, with_teams: bool) -> Json:
        root = self.root(customer_id)
        shown: Json = {"id": root, "members": self.members(root)}
        if with_teams:
            teams = self.customers[root].teams
            shown["teams"] = sorted(teams if scope["role"] == ADMIN else teams & set(scope["team_ids"]))
        return shown

    def _count(self, change: int) -> int:
        """Connections that this thread holds."""
        self._held.connections = getattr(self._held, "connections", 0) + change
        return int(self._held.connections)
