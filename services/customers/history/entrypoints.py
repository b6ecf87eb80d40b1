"""Calls about the history of a customer."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from servicekit.clock import parse_rfc3339
from servicekit.database import Database
from servicekit.errors import Invalid, NotFound
from servicekit.inputs import find_id, whole
from servicekit.rights import for_administrators, for_people
from servicekit.rpc import rpc
from services.customers import configuration
from services.customers.history import queries
from services.customers.history.messages import item_message, unknown_team_message
from services.customers.history.queries import Window
from services.customers.history.statements import INTERACTIONS
from services.customers.registry.queries import members_of

Json = dict[str, Any]
DEFAULT_KINDS: Final = (*INTERACTIONS, "change")
MAX_LIMIT: Final = 200
MAX_UNKNOWN_TEAMS: Final = 500


class HistoryEntrypoints:
    """Mixin of CustomersService."""

    db: Database

    @rpc
    def list_history(
        self,
        scope: Json,
        customer_id: str,
        kinds: list[str] | None = None,
        after: Json | None = None,
        limit: int = 50,
        since: str | None = None,
        until: str | None = None,
    ) -> Json:
        """Newest first, from behind the item `after` on. `until` itself is not included.

        Single messages only if their kind is asked for; Invalid `query_too_expensive` if they take too long.
        """
        caller, window = for_people(scope), _window(kinds, after, limit, since, until)
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
            "more": len(rows) > window.limit,
        }

    @rpc
    def list_unknown_teams(self, scope: Json) -> Json:
        for_administrators(scope)
        with self.db.reading() as connection:
            rows = queries.list_unknown_teams(connection, MAX_UNKNOWN_TEAMS)
        return {"data": [unknown_team_message(row) for row in rows]}


def _window(
    kinds: list[str] | None, after: Json | None, limit: int, since: str | None, until: str | None
) -> Window:
    wanted = list(DEFAULT_KINDS) if kinds is None else kinds
    if not isinstance(wanted, list) or not set(map(str, wanted)) <= set(queries.KINDS):
        raise Invalid.at("/kind", "unknown_kind", "one of " + ", ".join(queries.KINDS))
    return Window(
        kinds=wanted,
        limit=whole(limit, "/limit", at_least=1, at_most=MAX_LIMIT),
        after=None if after is None else _position(after),
        since=_moment("/since", since),
        until=_moment("/until", until),
    )


def _position(after: Any) -> tuple[datetime, UUID]:
    """The time and id of an item. A forged one shows nothing that a history does not show anyway."""
    item_id = find_id(after.get("id")) if isinstance(after, dict) else None
    if item_id is None:
        raise Invalid.at("/after", "invalid_position", "the time and id of an item are expected")
    return _required("/after", after.get("at")), item_id


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
