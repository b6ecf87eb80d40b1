"""Calls about conversations that people here begin."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from directory.refresh import with_news
from servicekit.clock import utc_now
from servicekit.database import Database, UnitOfWork
from servicekit.errors import NotFound
from servicekit.inputs import find_id, object_of
from servicekit.rights import for_people
from servicekit.rpc import rpc
from servicekit.scope import Scope
from services.customers import configuration
from services.customers.outreach import queries, starting
from services.customers.outreach.messages import request_message

Json = dict[str, Any]


class OutreachEntrypoints:
    """Mixin of CustomersService."""

    db: Database
    gateway: Any

    @rpc
    def start_conversation(
        self, scope: Json, customer_id: str, data: Json, idempotency: Json | None = None
    ) -> Json:
        """Asks the connector of an account to write to the customer; the answer says what is known at once.

        Raises Conflict `customer_blocked`, `no_address`, `too_many_requests`.
        """
        caller, asked = for_people(scope), find_id(customer_id)
        if asked is None:
            raise NotFound("customer_not_found")
        wanted = object_of(data)

        def once() -> Json:
            with self.db.unit_of_work() as uow:
                return _started(uow, caller, asked, wanted, idempotency)

        return with_news(self.db, self.gateway, once)

    @rpc
    def get_conversation_request(self, scope: Json, request_id: str) -> Json:
        """What became of it, for who sees the customer and the team that it is for, or asked for it."""
        caller, asked = for_people(scope), find_id(request_id)
        if asked is None:
            raise _not_found()
        with self.db.reading() as connection:
            return _message(connection, caller, asked)


def _started(uow: UnitOfWork, caller: Scope, customer: UUID, data: Json, key: Json | None) -> Json:
    """What the request leaves, or what the same request left before, as it is now."""
    outcome = None
    if key:
        outcome = uow.idempotency.begin(key["key"], user_id=caller.user_id, request_hash=key["hash"])
    if outcome is not None:
        return {"request": _message(uow.connection, caller, UUID(outcome["id"])), "replayed": True}
    request_id = starting.start(uow, caller, customer, data, at=utc_now())
    uow.idempotency.finish({"status": 202, "id": str(request_id)})
    return {"request": _message(uow.connection, caller, request_id), "replayed": False}


def _message(connection: Any, caller: Scope, request_id: UUID) -> Json:
    request = queries.find(connection, caller, request_id)
    if request is None:
        raise _not_found()
    return request_message(request, caller, configuration.current(connection), now=utc_now())


def _not_found() -> NotFound:
    """The same for a request that never was and for one that the caller may not see."""
    return NotFound("conversation_request_not_found")
