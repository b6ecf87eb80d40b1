"""Reading a history: one keyset page, newest first, over everything that belongs to a customer.

A merge moves nothing, so a customer's history is that of all its members. Each kind of each member, and for
agents each of their teams, is read by itself (LATERAL) from an index in the order of the page: as many rows
as the page has, however long the history is and however little of it the caller may see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, TextClause, text

from servicekit.database.unit_of_work import OutOfTime, reading_within
from servicekit.errors import Invalid
from servicekit.scope import Scope
from services.customers.history import statements
from services.customers.history.statements import INTERACTIONS
from services.customers.visibility import own_teams

KINDS: Final = (*INTERACTIONS, "message", "change")
# Messages are kept by conversation: somebody's latest are looked for in all their conversations.
MESSAGES_WITHIN: Final = 4.0

_END: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Window:
    """What part of a history is asked for. `after` is the time and id of the last item seen."""

    kinds: Sequence[str]
    limit: int
    after: tuple[datetime, UUID] | None = None
    since: datetime | None = None
    until: datetime | None = None


def list_items(
    connection: Connection, scope: Scope, members: Sequence[UUID], window: Window
) -> list[Row[Any]]:
    """Up to `limit` + 1 items of a customer that the caller may see, newest first.

    What belongs to a team is shown to it and to administrators; what belongs to none, to all.
    """
    parameters = _parameters(scope, members, window)
    rows: list[Row[Any]] = []
    for what in sorted({k if k in ("message", "change") else "interaction" for k in window.kinds}):
        statement = _statement(what, _conditions(window), scope.is_admin)
        read = _read_messages if what == "message" else _read
        rows += read(connection, statement, parameters)
    return sorted(rows, key=lambda row: (row.at, row.id), reverse=True)[: window.limit + 1]


def list_latest(
    connection: Connection, scope: Scope, members: Sequence[UUID], *, now: datetime, limit: int
) -> list[Row[Any]]:
    """The latest of each kind, newest first, then (`upcoming`) the next appointments, soonest first."""
    parameters = {
        "members": list(members),
        "kinds": list(INTERACTIONS),
        "limit": limit,
        "now": now,
        "scope_teams": own_teams(scope),
    }
    return _read(connection, _latest(scope.is_admin), parameters)


def list_unknown_teams(connection: Connection, limit: int) -> list[Row[Any]]:
    """Teams that events name and the directory does not know, the latest first."""
    statement = """
        SELECT name, source, events, first_seen, last_seen FROM unknown_team
        ORDER BY last_seen DESC, name, source LIMIT :limit"""
    return list(connection.execute(text(statement), {"limit": limit}))


def _read(connection: Connection, statement: TextClause, parameters: dict[str, Any]) -> list[Row[Any]]:
    return list(connection.execute(statement, parameters))


def _read_messages(
    connection: Connection, statement: TextClause, parameters: dict[str, Any]
) -> list[Row[Any]]:
    try:
        with reading_within(connection, MESSAGES_WITHIN):
            return _read(connection, statement, parameters)
    except OutOfTime:
        code, detail = "query_too_expensive", "too many conversations to find single messages in"
        error = {"pointer": "/kind", "code": code, "detail": detail}
        raise Invalid(code, {"errors": [error]}) from None


@cache
def _statement(what: str, conditions: tuple[str, ...], everything: bool) -> TextClause:
    return text(statements.PAGES[what]("".join(f" AND {each}" for each in conditions), everything))


@cache
def _latest(everything: bool) -> TextClause:
    return text(statements.latest(everything))


def _conditions(window: Window) -> tuple[str, ...]:
    told = {
        "(at, id) < (:after_at, :after_id)": window.after,
        "at >= :since": window.since,
        "at < :until": window.until,
    }
    return tuple(condition for condition, value in told.items() if value is not None)


def _parameters(scope: Scope, members: Sequence[UUID], window: Window) -> dict[str, Any]:
    after_at, after_id = window.after or (None, None)
    return {
        "members": list(members),
        "kinds": sorted({kind for kind in window.kinds if kind in INTERACTIONS}),
        "limit": window.limit + 1,
        "bound": min(filter(None, (after_at, window.until)), default=_END),
        "after_at": after_at,
        "after_id": after_id,
        "since": window.since,
        "from": window.since or _BEGINNING,
        "until": window.until,
        "scope_teams": own_teams(scope),
    }


_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
