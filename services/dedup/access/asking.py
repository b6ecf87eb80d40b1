"""Asking: what a token is worth becomes a request, or finds the one that it became before."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from servicekit.ids import new_id
from servicekit.scope import Scope
from services.dedup.access import repository
from services.dedup.access.domain.request import AccessRequest, asked_again


def ask(
    connection: Connection, scope: Scope, token: str, worth: Mapping[str, Any], *, at: datetime
) -> AccessRequest:
    """One request for each token: one for each customer would tell which addresses are one person's.

    One that was declined waits again, and looks to whoever asks as it did all the time.
    """
    repository.take_turn(connection, scope)
    token_hash = hashlib.sha256(token.encode()).digest()
    known = repository.find_asked(connection, token_hash)
    if known is None:
        request = _new(scope, worth, at=at)
        repository.add(connection, request, token_hash=token_hash)
        return request
    request = asked_again(known)
    if request != known:
        repository.save(connection, request)
    return request


def _new(scope: Scope, worth: Mapping[str, Any], *, at: datetime) -> AccessRequest:
    return AccessRequest(
        id=new_id(),
        user_id=UUID(scope.user_id),
        customer_id=UUID(worth["customer"]),
        matched_on=tuple(worth["matched_on"]),
        asked_at=at,
    )
