"""How much of what each customer has would come with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from services.customers.registry.writing import Work
from services.customers.visibility import own_teams

# Nobody waits for the count of a very long history.
COUNTED: Final = 10_000

NO_TEAM: Final = UUID(int=0)
_KINDS: Final = {"conversation": "conversations", "appointment": "appointments", "purchase": "purchases"}


def moves(work: Work, trees: Mapping[UUID, Sequence[UUID]]) -> dict[str, dict[str, int]]:
    """Of each customer, given with all its records, what the caller may see of it. Counts end at a bound."""
    statement = text(_statement(work.scope.is_admin))
    teams = own_teams(work.scope)
    found = {}
    for customer_id, members in trees.items():
        parameters = {"members": list(members), "own_teams": teams, "bound": COUNTED}
        row = work.uow.connection.execute(statement, parameters).one()
        found[str(customer_id)] = _message(row, masked=work.masked)
    return found


def _message(row: Any, *, masked: bool) -> dict[str, int]:
    counts = {name: int((row.counted or {}).get(kind, 0)) for kind, name in _KINDS.items()}
    counts |= {"messages": int(row.messages), "changes": row.changes}
    return counts if masked else {**counts, "contact_points": row.contact_points}


def _statement(everything: bool) -> str:
    """Counters and messages by team; agents see no changes of teams but their own."""
    own = "" if everything else f"AND (team_id = '{NO_TEAM}' OR team_id = ANY(CAST(:own_teams AS uuid[])))"
    messages = (
        "SELECT sum(messages) FROM customer_activity WHERE customer_id = ANY(:members)"
        if everything
        else """
        SELECT sum(messages) FROM (
            SELECT messages FROM interaction
            WHERE customer_id = ANY(:members) AND kind = 'conversation'
              AND (team_id IS NULL OR team_id = ANY(CAST(:own_teams AS uuid[]))) LIMIT :bound) seen"""
    )
    changes = "" if everything else "AND field <> 'teams'"
    return f"""
        SELECT (SELECT json_object_agg(kind, items) FROM (
                    SELECT kind, sum(items) AS items FROM history_count
                    WHERE customer_id = ANY(:members) {own} GROUP BY kind) counted) AS counted,
               coalesce(({messages}), 0) AS messages,
               (SELECT count(*) FROM contact_point WHERE customer_id = ANY(:members)) AS contact_points,
               (SELECT count(*) FROM (SELECT FROM change WHERE customer_id = ANY(:members) {changes}
                                      LIMIT :bound) told) AS changes"""
