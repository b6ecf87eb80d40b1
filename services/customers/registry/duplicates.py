"""The answer to who would make a second record of somebody, and what it may tell them.

A match outside the caller's teams is told by one word, the field that they typed, and by nothing
that depends on the hidden record. Agents get ten such answers an hour; after that nothing with
contact data is answered, whatever it would have matched. Agents without contact data spend the
same budget on every duplicate answer, since each tells whose address it is.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, text

from servicekit.errors import Conflict, Duplicate
from servicekit.ids import new_id
from servicekit.scope import Scope
from services.customers.registry.domain.matches import Matches
from services.customers.visibility import visibility_parameters, visible

ANSWERS_AN_HOUR: Final = 10
HOUR: Final = timedelta(hours=1)
TOKEN_LIFETIME: Final = timedelta(minutes=15)
TOKEN_BYTES: Final = 32

# The writes of one agent that could be probes go one after the other: parallel ones would all count ten.
_TAKE_TURNS = text("SELECT pg_advisory_xact_lock(hashtextextended('duplicate budget ' || :user_id, 0))")
_SPENT = text("""
    SELECT count(*) AS answers, min(answered_at) AS first FROM (
        SELECT answered_at FROM restricted_answer
        WHERE user_id = CAST(:user_id AS uuid) AND answered_at > :since
        ORDER BY answered_at DESC LIMIT :limit) latest""")
_RECORD = text("""
    INSERT INTO restricted_answer (id, user_id, customer_id, matched_on, token_hash, answered_at)
    VALUES (:id, CAST(:user_id AS uuid), :customer_id, CAST(:matched_on AS text[]), :token_hash, :at)""")


@dataclass(frozen=True, slots=True)
class Refused:
    """A duplicate answer that was recorded: raise it once the record is committed, never before."""

    error: Duplicate


def take_turn(connection: Connection, scope: Scope, *, at: datetime) -> None:
    """Before the first look at what an agent typed. Raises Conflict `duplicate_budget_exhausted`."""
    if not scope.is_admin:
        connection.execute(_TAKE_TURNS, {"user_id": scope.user_id})
        check_budget(connection, scope, at=at)


def take_turn_for_many(connection: Connection, scope: Scope, *, at: datetime) -> int | None:
    """The same before many answers at once: how many of them may tell of somebody hidden; None: all."""
    if scope.is_admin:
        return None
    connection.execute(_TAKE_TURNS, {"user_id": scope.user_id})
    return max(0, ANSWERS_AN_HOUR - _spent(connection, scope, at=at).answers)


def check_budget(connection: Connection, scope: Scope, *, at: datetime) -> None:
    """For answers that tell nothing hidden and spend nothing. Conflict `duplicate_budget_exhausted`."""
    if scope.is_admin:
        return
    spent = _spent(connection, scope, at=at)
    if spent.answers >= ANSWERS_AN_HOUR:
        wait = max(1, -int((at - HOUR - spent.first) // timedelta(seconds=1)))
        raise Conflict("duplicate_budget_exhausted", {"retry_after": wait})


def _spent(connection: Connection, scope: Scope, *, at: datetime) -> Row[Any]:
    parameters = {"user_id": scope.user_id, "since": at - HOUR, "limit": ANSWERS_AN_HOUR}
    return connection.execute(_SPENT, parameters).one()


def refuse(connection: Connection, scope: Scope, matches: Matches, *, masked: bool, at: datetime) -> Refused:
    """The duplicate answer for these matches. One that nothing is spent on is raised at once.

    The caller took its turn and wrote nothing that may not stay.
    """
    shown = visible_matches(connection, scope, matches)
    hidden = matches.among(matches.fields_of.keys() - {UUID(match["id"]) for match in shown})
    token = secrets.token_urlsafe(TOKEN_BYTES) if hidden else None
    error = Duplicate(
        "duplicate_customer",
        {
            "matched_on": matches.matched_on,
            "matches": shown,
            "restricted_match": bool(hidden),
            "access_request_token": token,
        },
    )
    if not hidden and not masked:
        raise error
    spend(connection, scope, matches, hidden=hidden, token=token, at=at)
    return Refused(error)


def spend(
    connection: Connection,
    scope: Scope,
    matches: Matches,
    *,
    at: datetime,
    hidden: Matches | None = None,
    token: str | None = None,
) -> None:
    """Count one answer against the caller's hour. Of the token only the hash is kept."""
    told = matches.among(hidden.fields_of) if hidden else matches
    connection.execute(
        _RECORD,
        {
            "id": new_id(),
            "user_id": scope.user_id,
            "customer_id": hidden.holder_in(hidden.customers[0]) if hidden else None,
            "matched_on": told.matched_on,
            "token_hash": hash_of(token) if token else None,
            "at": at,
        },
    )


def hash_of(token: str) -> bytes:
    """What is kept of a token to ask for access."""
    return hashlib.sha256(token.encode()).digest()


def visible_matches(connection: Connection, scope: Scope, matches: Matches) -> list[dict[str, Any]]:
    """The matches that exist for this caller, with links to what they may do."""
    if not matches:
        return []
    statement = f"""
        SELECT c.id, c.name, c.version FROM customer c
        WHERE c.id = ANY(CAST(:ids AS uuid[])) AND {visible(scope)} ORDER BY c.id"""
    parameters = {"ids": list(matches.customers), **visibility_parameters(scope)}
    rows = connection.execute(text(statement), parameters)
    return [_match(row.id, row.name, row.version, matches.fields_of[row.id]) for row in rows]


def _match(customer_id: UUID, name: str, version: int, matched_on: tuple[str, ...]) -> dict[str, Any]:
    address = f"/v1/customers/{customer_id}"
    return {
        "id": str(customer_id),
        "name": name,
        "matched_on": list(matched_on),
        "version": version,
        "links": {"view": address, "merge": f"{address}/absorb", "update": address},
    }
