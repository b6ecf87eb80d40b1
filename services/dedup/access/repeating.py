"""Calls with a key happen once. Here others are asked before anything is written, so a key is met twice."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from servicekit.database import Database, UnitOfWork
from servicekit.scope import Scope
from services.dedup.access import repository
from services.dedup.access.domain.request import AccessRequest
from services.dedup.access.looking import not_found

Key = Mapping[str, str] | None


def begin(uow: UnitOfWork, scope: Scope, key: Key) -> UUID | None:
    """The request that the same call led to before; None: go on, the key is taken."""
    if not key:
        return None
    outcome = uow.idempotency.begin(key["key"], user_id=scope.user_id, request_hash=key["hash"])
    return UUID(outcome["id"]) if outcome else None


def find_first(db: Database, scope: Scope, key: Key) -> AccessRequest | None:
    """The same, as it is now, without taking the key."""
    if not key:
        return None
    with db.unit_of_work() as uow:
        request_id = begin(uow, scope, key)
        uow.idempotency.forget()
        if request_id is None:
            return None
        request = repository.find(uow.connection, request_id)
    if request is None:
        raise not_found()
    return request
