"""The SQL of a history. Each is made for administrators (`everything`) and for agents, who have teams.

`condition` narrows by time. The shapes decide which index serves: the one of administrators leaves out a kind
that no history lists (`kind <> 'contact'`), so that it can never be taken for agents, whose own begins with
the team and alone finds five items among a hundred thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

INTERACTIONS: Final = ("conversation", "appointment", "purchase")

_COLUMNS: Final = """
    i.id, i.at, i.kind, i.source, i.external_id, i.channel, i.status, i.team_id, i.assignee_id,
    i.messages, i.last_message_at, i.last_preview, i.body"""
_NEWEST: Final = "at DESC, id DESC"
_SOONEST: Final = "at, id"
_MEMBERS: Final = "unnest(CAST(:members AS uuid[])) AS member (id)"
_KINDS: Final = "unnest(CAST(:kinds AS text[])) AS wanted (kind)"
_OWN: Final = "unnest(CAST(:scope_teams AS uuid[])) AS own (id)"


def interactions(condition: str, everything: bool) -> str:
    """Ids first, from the indexes alone; then the rows of one page."""
    return f"""
        SELECT {_COLUMNS} FROM (
            SELECT found.id FROM {_MEMBERS} CROSS JOIN {_KINDS}
            CROSS JOIN LATERAL ({_found(condition, _NEWEST, everything)}) found
            ORDER BY found.at DESC, found.id DESC LIMIT :limit) page
        JOIN interaction i ON i.id = page.id ORDER BY i.at DESC, i.id DESC"""


def messages(condition: str, everything: bool) -> str:
    """Only conversations that can be on the page are opened: those with the latest messages before it, as
    many as it has items, and those that went on since. Ties are kept, or an item could fall between pages.
    """
    return f"""
        WITH conversation AS MATERIALIZED ({_conversations(everything)})
        SELECT g.id, g.at, 'message' AS kind, g.external_id, g.direction, g.message_kind, g.preview,
               opened.id AS conversation
        FROM (
            (SELECT id FROM conversation WHERE last_message_at < :bound
             ORDER BY last_message_at DESC FETCH FIRST (:limit) ROWS WITH TIES)
            UNION ALL SELECT id FROM conversation WHERE last_message_at >= :bound
        ) opened CROSS JOIN LATERAL (
            SELECT id, at, external_id, direction, kind AS message_kind, preview FROM message
            WHERE interaction_id = opened.id {condition} ORDER BY at DESC, id DESC LIMIT :limit) g
        ORDER BY g.at DESC, g.id DESC LIMIT :limit"""


def changes(condition: str, everything: bool) -> str:
    """Those of teams apart from all others: of them agents see few, and the index has them apart."""
    return f"""
        SELECT c.id, c.at, 'change' AS kind, c.by, c.origin, c.field, c.before, c.after,
               c.withheld
        FROM {_MEMBERS} CROSS JOIN (VALUES (false), (true)) AS told (of_teams) CROSS JOIN LATERAL (
            SELECT * FROM change WHERE customer_id = member.id AND (field = 'teams') = told.of_teams
            {condition} {"" if everything else _OWN_TEAMS_CHANGED}
            ORDER BY at DESC, id DESC LIMIT :limit) c
        ORDER BY c.at DESC, c.id DESC LIMIT :limit"""


def latest(everything: bool) -> str:
    """The newest of each kind, and the soonest of the appointments that are still to come."""
    to_come = " AND status = 'scheduled' AND at >= :now"
    return f"""
        SELECT {_COLUMNS}, page.upcoming FROM (
            SELECT newest.*, false AS upcoming FROM {_KINDS} CROSS JOIN LATERAL (
                SELECT found.id FROM {_MEMBERS}
                CROSS JOIN LATERAL ({_found("", _NEWEST, everything)}) found
                ORDER BY found.at DESC, found.id DESC LIMIT :limit) newest
            UNION ALL (
            SELECT found.id, true FROM {_MEMBERS} CROSS JOIN (VALUES ('appointment')) AS wanted (kind)
            CROSS JOIN LATERAL ({_found(to_come, _SOONEST, everything)}) found
            ORDER BY found.at, found.id LIMIT :limit)) page
        JOIN interaction i ON i.id = page.id
        ORDER BY page.upcoming, CASE WHEN page.upcoming THEN i.at END, CASE WHEN page.upcoming THEN i.id END,
                 i.at DESC, i.id DESC"""


PAGES: Final[Mapping[str, Callable[[str, bool], str]]] = {
    "interaction": interactions,
    "message": messages,
    "change": changes,
}


def _found(condition: str, order: str, everything: bool) -> str:
    """What of `wanted.kind` the caller may see of `member`: ids and times, no more than a page."""
    if everything:
        return _some("kind <> 'contact'", condition, order)
    return f"""
        (SELECT theirs.id, theirs.at FROM {_OWN}
         CROSS JOIN LATERAL ({_some("team_id = own.id", condition, order)}) theirs)
        UNION ALL ({_some("team_id IS NULL", condition, f"team_id, {order}")})"""


def _some(whose: str, condition: str, order: str) -> str:
    return f"""
        SELECT id, at FROM interaction WHERE customer_id = member.id AND kind = wanted.kind AND {whose}
        {condition} ORDER BY {order} LIMIT :limit"""


def _conversations(everything: bool) -> str:
    begun = f"""
        SELECT i.id, i.last_message_at FROM {_MEMBERS}
        JOIN interaction i ON i.customer_id = member.id AND i.kind = 'conversation'
        WHERE i.last_message_at >= :from"""
    if everything:
        return begun
    return f"""
        {begun} AND i.team_id = ANY(CAST(:scope_teams AS uuid[]))
        UNION ALL {begun} AND i.team_id IS NULL"""


# Shown without the other teams, a change of theirs would still tell that there are some.
_OWN_TEAMS_CHANGED: Final = f"""AND (field <> 'teams' OR EXISTS (
    SELECT FROM {_OWN}
    WHERE coalesce(before @> to_jsonb(own.id), false) <> coalesce(after @> to_jsonb(own.id), false)))"""
