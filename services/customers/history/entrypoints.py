"""Calls about the history of a customer."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from servicekit.clock import parse_rfc3339, to_rfc3339
from servicekit.database import Database
from servicekit.errors import Invalid, NotFound
from servicekit.inputs import find_id
from servicekit.rights import for_administrators, for_people
from servicekit.rpc import rpc
from services.customers import configuration
from services.customers.cursors import Cursor
from services.customers.history import queries
from services.customers.history.messages import item_message, unknown_team_message
from services.customers.history.queries import Window
from services.customers.registry.queries import members_of

Json = dict[str, Any]
ORDER = "-at"
DEFAULT_KINDS = (*queries.INTERACTIONS, "change")
MAX_LIMIT = 200
MAX_UNKNOWN_TEAMS = 500


class HistoryEntrypoints:
    """Mixin of CustomersService."""

    db: Database

    @rpc
    def list_history(
        self,
        scope: Json,
        customer_id: str,
        kinds: list[str] | None = None,
        cursor: str | None = None,
        limit: int = 50,
        since: str | None = None,
        until: str | None = None,
    ) -> Json:
        """Newest first. Single messages only if their kind is asked for; `until` itself is not included."""
        caller, window = for_people(scope), _window(kinds, cursor, limit, since, until)
        asked = _id(customer_id)
        with self.db.reading() as connection:
            found = members_of(connection, caller, [asked]).get(asked)
            if found is None:
                raise NotFound("customer_not_found")
            root, members = found
            if root != asked:
                return {"moved_to": str(root)}
            rows = queries.list_items(connection, caller, members, window)
            known = configuration.current(connection)
        return {
            "data": [item_message(row, caller, known) for row in rows[: window.limit]],
            "next": _next(rows, window.limit),
        }

    @rpc
    def list_unknown_teams(self, scope: Json) -> Json:
        for_administrators(scope)
        with self.db.reading() as connection:
            rows = queries.list_unknown_teams(connection, MAX_UNKNOWN_TEAMS)
        return {"data": [unknown_team_message(row) for row in rows]}


def _window(
    kinds: list[str] | None, cursor: str | None, limit: int, since: str | None, until: str | None
) -> Window:
    wanted = list(DEFAULT_KINDS) if kinds is None else kinds
    if not isinstance(wanted, list) or not set(map(str, wanted)) <= set(queries.KINDS):
        raise Invalid.at("/kind", "unknown_kind", "one of " + ", ".join(queries.KINDS))
    if type(limit) is not int or not 1 <= limit <= MAX_LIMIT:
        raise Invalid.at("/limit", "out_of_range", f"1 to {MAX_LIMIT}")
    after = Cursor.load(cursor, sort=ORDER)
    return Window(
        kinds=wanted,
        limit=limit,
        after=None if after is None else (_required("/cursor", after.value), after.id),
        since=_moment("/since", since),
        until=_moment("/until", until),
    )


def _next(rows: list[Any], limit: int) -> str | None:
    if len(rows) <= limit:
        return None
    last = rows[limit - 1]
    return Cursor(ORDER, to_rfc3339(last.at), last.id).dump()


def _moment(pointer: str, value: str | None) -> datetime | None:
    return None if value is None else _required(pointer, value)


def _required(pointer: str, value: str | None) -> datetime:
    try:
        return parse_rfc3339(value or "")
    except (ValueError, TypeError, OverflowError):
        raise Invalid.at(pointer, "invalid_datetime", "a time with its offset is expected") from None


def _id(customer_id: str) -> UUID:
    found = find_id(customer_id)
    if found is None:
        raise NotFound("customer_not_found")
    return found
