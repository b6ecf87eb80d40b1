"""Requests for access as they are kept."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, select, text

from servicekit.database.paging import Keyset, SortKey, list_page
from servicekit.scope import Scope
from services.dedup.access.domain.request import DECLINED, GRANTED, PENDING, STATES, AccessRequest
from services.dedup.tables import access_request

_NEWEST: Final = Keyset(
    "access-requests", [SortKey(access_request.c.id, descending=True)], access_request.c.id
)
# What an agent calls pending or granted, and never declined.
_KEPT_AS: Final = {PENDING: (PENDING, DECLINED), GRANTED: (GRANTED,), DECLINED: ()}

# A token that is redeemed twice at once makes one request.
_TAKE_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended('access request ' || :user_id, 0))")
_FIND_ASKED = text("SELECT * FROM access_request WHERE token_hash = :token_hash")
_FIND = text("SELECT * FROM access_request WHERE id = :id")
_LOCK = text("""
    SELECT * FROM access_request WHERE id = :id OR (
        customer_id = ANY(CAST(:records AS uuid[])) AND user_id = :user_id AND state = 'pending')
    ORDER BY id FOR UPDATE""")
_INSERT = text("""
    INSERT INTO access_request
        (id, user_id, token_hash, customer_id, matched_on, state, asked_at, version)
    VALUES (:id, :user_id, :token_hash, :customer_id, :matched_on, :state, :asked_at, :version)""")
_SAVE = text("""
    UPDATE access_request SET state = :state, team_id = :team_id, decided_by = :decided_by,
           decided_at = :decided_at, version = :version
    WHERE id = :id""")


def take_turn(connection: Connection, scope: Scope) -> None:
    """Until the transaction ends, nobody else asks in this user's name."""
    connection.execute(_TAKE_TURN, {"user_id": scope.user_id})


def find_asked(connection: Connection, token_hash: bytes) -> AccessRequest | None:
    """What was asked for with this token."""
    return _to_request(connection.execute(_FIND_ASKED, {"token_hash": token_hash}).one_or_none())


def find(connection: Connection, request_id: UUID) -> AccessRequest | None:
    return _to_request(connection.execute(_FIND, {"id": request_id}).one_or_none())


def lock(connection: Connection, request: AccessRequest, records: Collection[UUID]) -> list[AccessRequest]:
    """This one, and all that wait of the same user about these records, until the transaction ends."""
    asked = {"id": request.id, "user_id": request.user_id, "records": list(records)}
    rows = connection.execute(_LOCK, asked).all()
    return [found for row in rows if (found := _to_request(row))]


def add(connection: Connection, request: AccessRequest, *, token_hash: bytes) -> None:
    row = {**_row(request), "matched_on": list(request.matched_on), "token_hash": token_hash}
    connection.execute(_INSERT, row)


def save(connection: Connection, request: AccessRequest) -> None:
    """The caller locked it, or took its turn."""
    connection.execute(_SAVE, _row(request))


def list_requests(
    connection: Connection, scope: Scope, *, state: str | None, cursor: str | None, limit: int
) -> tuple[list[AccessRequest], str | None]:
    """Newest first: everybody's for administrators, else the caller's own by the state that they are told."""
    wanted = select(access_request)
    if not scope.is_admin:
        wanted = wanted.where(access_request.c.user_id == UUID(scope.user_id))
    if state is not None:
        states = [state] if scope.is_admin else _KEPT_AS[state]
        wanted = wanted.where(access_request.c.state.in_(states))
    page = list_page(connection, wanted, _NEWEST, cursor=cursor, limit=limit)
    return [found for row in page.rows if (found := _to_request(row))], page.next


def _row(request: AccessRequest) -> dict[str, Any]:
    names = ("id", "user_id", "customer_id", "state", "team_id", "asked_at", "decided_by", "decided_at")
    return {**{name: getattr(request, name) for name in names}, "version": request.version}


def _to_request(row: Row[Any] | None) -> AccessRequest | None:
    if row is None:
        return None
    assert row.state in STATES
    return AccessRequest(
        id=row.id,
        user_id=row.user_id,
        customer_id=row.customer_id,
        matched_on=tuple(row.matched_on),
        asked_at=row.asked_at,
        state=row.state,
        team_id=row.team_id,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        version=row.version,
    )
