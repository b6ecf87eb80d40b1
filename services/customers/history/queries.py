"""Reading a history: one keyset page, newest first, over everything that belongs to a customer.

A merge moves nothing, so a customer's history is that of all its members. Each member is read by
itself (LATERAL), from an index in the order of the page: as many rows as the page has, no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, TextClause, text

from servicekit.scope import Scope
from services.customers.visibility import own_teams

INTERACTIONS: Final = ("conversation", "appointment", "purchase")
KINDS: Final = (*INTERACTIONS, "message", "change")

_INTERACTION = """
    SELECT i.id, i.at, i.kind, i.source, i.external_id, i.channel, i.status, i.team_id, i.assignee_id,
           i.messages, i.last_message_at, i.last_preview, i.body ->> 'url' AS url,
           i.body ->> 'request' AS request_id
    FROM unnest(CAST(:members AS uuid[])) AS member (id) CROSS JOIN LATERAL (
        SELECT * FROM interaction
        WHERE customer_id = member.id AND kind = ANY(CAST(:kinds AS text[])) {condition}
        ORDER BY at DESC, id DESC LIMIT :limit) i
    ORDER BY i.at DESC, i.id DESC LIMIT :limit"""
# Only conversations that can be on the page are opened: those with the latest messages before it, as many
# as it has items, and those that went on since. Ties are kept, or an item could fall between two pages.
_MESSAGE = """
    SELECT g.id, g.at, 'message' AS kind, g.external_id, g.direction, g.message_kind, g.preview,
           conversation.id AS conversation
    FROM (
        (SELECT id FROM interaction
         WHERE customer_id = ANY(CAST(:members AS uuid[])) AND last_message_at < :bound {team}
         ORDER BY last_message_at DESC FETCH FIRST (:limit) ROWS WITH TIES)
        UNION ALL
        SELECT id FROM interaction
        WHERE customer_id = ANY(CAST(:members AS uuid[])) AND last_message_at >= :bound {team}
    ) conversation CROSS JOIN LATERAL (
        SELECT id, at, external_id, direction, kind AS message_kind, preview FROM message
        WHERE interaction_id = conversation.id {condition} ORDER BY at DESC, id DESC LIMIT :limit) g
    ORDER BY g.at DESC, g.id DESC LIMIT :limit"""
_CHANGE = """
    SELECT c.id, c.at, 'change' AS kind, c.by, c.origin, c.field, c.before, c.after
    FROM unnest(CAST(:members AS uuid[])) AS member (id) CROSS JOIN LATERAL (
        SELECT * FROM change WHERE customer_id = member.id {condition} {team}
        ORDER BY at DESC, id DESC LIMIT :limit) c
    ORDER BY c.at DESC, c.id DESC LIMIT :limit"""
# Shown without the other teams, a change of theirs would still tell that there are some.
_OWN_TEAMS_CHANGED = """ AND (field <> 'teams' OR EXISTS (
    SELECT FROM unnest(CAST(:scope_teams AS uuid[])) AS own (id)
    WHERE coalesce(before @> to_jsonb(own.id), false) <> coalesce(after @> to_jsonb(own.id), false)))"""

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
    rows: list[Row[Any]] = []
    for statement in _statements(window, everything=scope.is_admin):
        rows += connection.execute(statement, _parameters(scope, members, window))
    return sorted(rows, key=lambda row: (row.at, row.id), reverse=True)[: window.limit + 1]


def list_unknown_teams(connection: Connection, limit: int) -> list[Row[Any]]:
    """Teams that events name and the directory does not know, the latest first."""
    statement = """
        SELECT name, source, events, first_seen, last_seen FROM unknown_team
        ORDER BY last_seen DESC, name, source LIMIT :limit"""
    return list(connection.execute(text(statement), {"limit": limit}))


def _statements(window: Window, *, everything: bool) -> list[TextClause]:
    conditions = (window.after is not None, window.since is not None, window.until is not None)
    wanted = {kind if kind in ("message", "change") else "interaction" for kind in window.kinds}
    return [_statement(each, conditions, everything) for each in sorted(wanted)]


@cache
def _statement(what: str, conditions: tuple[bool, bool, bool], everything: bool) -> TextClause:
    told = ("(at, id) < (:after_at, :after_id)", "at >= :since", "at < :until")
    condition = "".join(f" AND {each}" for each, wanted in zip(told, conditions, strict=True) if wanted)
    if what == "change":
        return text(_CHANGE.format(condition=condition, team="" if everything else _OWN_TEAMS_CHANGED))
    team = "" if everything else " AND (team_id IS NULL OR team_id = ANY(CAST(:scope_teams AS uuid[])))"
    if what == "interaction":
        return text(_INTERACTION.format(condition=condition + team))
    return text(_MESSAGE.format(condition=condition, team=team))


def _parameters(scope: Scope, members: Sequence[UUID], window: Window) -> dict[str, Any]:
    after_at, after_id = window.after or (None, None)
    return {
        "members": list(members),
        "kinds": [kind for kind in window.kinds if kind in INTERACTIONS],
        "limit": window.limit + 1,
        "bound": min(filter(None, (after_at, window.until)), default=_END),
        "after_at": after_at,
        "after_id": after_id,
        "since": window.since,
        "until": window.until,
        "scope_teams": own_teams(scope),
    }
