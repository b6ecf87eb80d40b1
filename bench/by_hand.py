"""The statements that somebody would write by hand for one customer: every kind, record and team spelt out.

They bring rows, not messages: what P-profile and P-history are held to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any, Final
from uuid import UUID

import psycopg

_INTERACTIONS: Final = ("conversation", "appointment", "purchase")
_ITEM: Final = """
    SELECT id, at, kind, source, external_id, channel, status, team_id, assignee_id, messages,
           last_message_at, last_preview, body, NULL AS field, NULL::jsonb AS before, NULL::jsonb AS after
    FROM interaction"""
_CHANGED: Final = """
    SELECT id, at, 'change', origin, NULL, NULL, NULL, NULL::uuid, by, NULL::integer, NULL::timestamptz,
           NULL, NULL::jsonb, field, before, after
    FROM change"""
_MESSAGE: Final = """
    SELECT m.* FROM (SELECT * FROM interaction WHERE customer_id = ANY({members}) AND kind = 'conversation'
                       AND last_message_at >= {since} {team}
                     ORDER BY last_message_at DESC) i
    CROSS JOIN LATERAL (SELECT * FROM message WHERE interaction_id = i.id AND at >= {since} AND at < {until}
                        ORDER BY at DESC, id DESC LIMIT {limit}) m
    ORDER BY m.at DESC, m.id DESC LIMIT {limit}"""
_CUSTOMER: Final = """
    SELECT c.*, a.last_at,
           (SELECT json_agg(p ORDER BY p.created_at) FROM contact_point p WHERE p.root_id = c.id),
           ARRAY(SELECT t.name FROM tag t WHERE t.id = ANY(c.tag_ids))
    FROM customer c LEFT JOIN customer_activity a ON a.customer_id = c.id WHERE c.id = {root}"""
_COUNTS: Final = """
    SELECT kind, currency, sum(items), sum(amount) FROM history_count
    WHERE customer_id = ANY({members}) {team} GROUP BY kind, currency"""
_REQUESTS: Final = """
    SELECT * FROM conversation_request WHERE customer_id = ANY({members}) {team} ORDER BY id DESC LIMIT 5"""
_SHARED: Final = """
    SELECT count(DISTINCT o.root_id) FROM identity_holder mine
    JOIN identity_holder theirs USING (space, value) JOIN customer o ON o.id = theirs.customer_id
    WHERE mine.customer_id = ANY({members}) AND theirs.customer_id <> ALL({members})"""


@dataclass(frozen=True, slots=True)
class ByHand:
    """About one customer, for somebody of these teams; of none: an administrator."""

    connection: psycopg.Connection
    members: Sequence[UUID]
    teams: Sequence[str]

    def page(
        self, kinds: Sequence[str], *, until: datetime | None, since: datetime | None, limit: int
    ) -> list[Any]:
        if "message" in kinds:
            return self._rows(_MESSAGE, until=_time(until, "infinity"), since=_time(since), limit=limit)
        condition = f"at >= {_time(since)} AND at < {_time(until, 'infinity')}"
        return self._rows(self._joined(kinds, condition, limit))

    def profile(self) -> list[list[Any]]:
        upcoming = "status = 'scheduled' AND at >= now()"
        return [
            self._rows(_CUSTOMER),
            self._rows(_COUNTS),
            *(self._rows(self._joined([kind], "true", 5)) for kind in _INTERACTIONS),
            self._rows(self._joined(["appointment"], upcoming, 5, order="at, id")),
            self._rows(_REQUESTS),
            self._rows(_SHARED),
        ]

    def _joined(
        self, kinds: Sequence[str], condition: str, limit: int, *, order: str = "at DESC, id DESC"
    ) -> str:
        end = f"ORDER BY {order} LIMIT {limit}"
        parts = [f"({part} AND {condition} {end})" for part in self._parts(kinds)]
        return f"SELECT * FROM ({' UNION ALL '.join(parts)}) item {end}"

    def _parts(self, kinds: Sequence[str]) -> Iterator[str]:
        own = [f"AND team_id = '{team}'" for team in self.teams] + ["AND team_id IS NULL"]
        for kind, member in product(kinds, self.members):
            if kind == "change":
                for of_teams in ("false",) if self.teams else ("false", "true"):
                    yield f"{_CHANGED} WHERE customer_id = '{member}' AND {_about(of_teams)}"
                continue
            for whose in own if self.teams else [""]:
                yield f"{_ITEM} WHERE customer_id = '{member}' AND kind = '{kind}' {whose}"

    def _rows(self, statement: str, **values: object) -> list[Any]:
        teams = ", ".join(f"'{team}'" for team in self.teams)
        members = ", ".join(f"'{member}'::uuid" for member in self.members)
        known = {
            "members": f"ARRAY[{members}]",
            "root": f"'{self.members[0]}'",
            "team": f"AND (team_id IS NULL OR team_id IN ({teams}))" if teams else "",
        }
        whole = statement.format(**known, **values) if "{" in statement else statement
        return self.connection.execute(whole.encode(), prepare=False).fetchall()


def _time(moment: datetime | None, otherwise: str = "-infinity") -> str:
    return f"'{otherwise if moment is None else moment.isoformat()}'::timestamptz"


def _about(of_teams: str) -> str:
    """As the index has it; a bare constant would be rewritten into what it does not have."""
    return f"(field = 'teams') = (SELECT {of_teams})"
