"""Asking: what a token is worth becomes a request, or finds the one that is there already."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from servicekit.ids import new_id
from servicekit.scope import Scope
from services.dedup.access import repository
from services.dedup.access.domain.request import AccessRequest, asked_again


def ask(connection: Connection, scope: Scope, worth: Mapping[str, Any], *, at: datetime) -> AccessRequest:
    """One request for each user and customer, whichever of its records was matched.

    One that was declined waits again, and looks to whoever asks as it did all the time.
    """
    repository.take_turn(connection, scope)
    known = repository.find_open(connection, scope, list(map(UUID, worth["members"])))
    if known is None:
        return _new(connection, scope, worth, at=at)
    request = asked_again(known)
    if request != known:
        repository.save(connection, request)
    return request


def _new(connection: Connection, scope: Scope, worth: Mapping[str, Any], *, at: datetime) -> AccessRequest:
    request = AccessRequest(
        id=new_id(),
        user_id=UUID(scope.user_id),
        customer_id=UUID(worth["customer"]),
        matched_on=tuple(worth["matched_on"]),
        asked_at=at,
    )
    repository.add(connection, request)
    return request
