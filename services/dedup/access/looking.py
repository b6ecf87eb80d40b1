"""What somebody sees of requests. Which customers they are about is asked of the customers service.

Never inside of a unit of work, nor with a connection at hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from servicekit.database import Database
from servicekit.errors import NotFound
from servicekit.inputs import find_id
from servicekit.scope import Scope
from services.dedup.access import repository
from services.dedup.access.domain.request import GRANTED, AccessRequest
from services.dedup.access.messages import access_request_message
from services.dedup.customers import Ask

Json = dict[str, Any]
REFILLS: Final = 5


@dataclass(frozen=True, slots=True)
class Customer:
    """The one that a record is part of today, with all its records."""

    id: UUID
    records: tuple[UUID, ...]

    @classmethod
    def load(cls, message: Json) -> Customer:
        return cls(UUID(message["id"]), tuple(map(UUID, message["members"])))


@dataclass(frozen=True, slots=True)
class Look:
    """One caller's look at requests."""

    db: Database
    ask: Ask
    scope: Scope

    def page(self, *, state: str | None, cursor: str | None, limit: int) -> Json:
        """`{"data", "next"}`. A page may hold less than was asked for and still have a next one.

        Administrators are not shown what is about somebody who is gone; whoever asks is told nothing by that.
        """
        messages: list[Json] = []
        for _ in range(1 + REFILLS):
            with self.db.reading() as connection:
                requests, cursor = repository.list_requests(
                    connection, self.scope, state=state, cursor=cursor, limit=limit - len(messages)
                )
            messages += self.messages(requests)
            if cursor is None or len(messages) == limit:
                break
        return {"data": messages, "next": cursor}

    def messages(self, requests: Iterable[AccessRequest]) -> list[Json]:
        """Of those that the caller is shown, in their order."""
        requests = list(requests)
        roots = self._roots(requests)
        return [
            access_request_message(each, self.scope, customer=found.id if found else None)
            for each in requests
            if (found := _of(each, roots)) or not self.scope.is_admin
        ]

    def get(self, request_id: object) -> tuple[AccessRequest, Customer]:
        """For an administrator: the request, and the customer that it is about today. Raises NotFound."""
        asked = find_id(request_id)
        with self.db.reading() as connection:
            request = repository.find(connection, asked) if asked else None
        root = _of(request, self._roots([request])) if request else None
        if request is None or root is None:
            raise not_found()
        return request, root

    def _roots(self, requests: Iterable[AccessRequest]) -> dict[UUID, Customer]:
        """Agents are shown no customer before they may see it: of theirs that wait nobody is asked about."""
        told = {
            each.customer_id
            for each in requests
            if each.customer_id and (self.scope.is_admin or each.state == GRANTED)
        }
        if not told:
            return {}
        answer = self.ask("visible", self.scope.dump(), sorted(map(str, told)))
        return {UUID(asked): Customer.load(found) for asked, found in answer.items()}


def _of(request: AccessRequest, customers: Mapping[UUID, Customer]) -> Customer | None:
    return customers.get(request.customer_id) if request.customer_id else None


def not_found() -> NotFound:
    return NotFound("access_request_not_found")
