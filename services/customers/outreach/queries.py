"""Reads of conversation requests, and of what decides where one goes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, text

from servicekit.scope import Scope
from services.customers.outreach.domain.request import Request
from services.customers.visibility import own_teams, visibility_parameters, visible

_OWN_ITEM: Final = "(i.team_id IS NULL OR i.team_id = ANY(CAST(:own_teams AS uuid[])))"
_OWN_REQUEST: Final = """(
    r.team_id IS NULL OR r.team_id = ANY(CAST(:own_teams AS uuid[])) OR r.asked_by = CAST(:caller AS uuid))"""

# How many conversations back one on the channel is looked for: there may be a hundred thousand on others.
LATEST: Final = 500
# The kind is no constant here: the index of all teams must not look as if it served an agent's question, too.
_LATEST: Final = f"""
    SELECT id, at, channel, source FROM interaction
    WHERE customer_id = member.id AND kind = wanted.kind {{team}}
    ORDER BY {{order}} at DESC, id DESC LIMIT {LATEST}"""
# One account is used without being named; of two it is enough to know that there are two.
_ACCOUNTS = text("SELECT source FROM channel_account WHERE channel = :channel ORDER BY source LIMIT 2")
_HEARD_ON = text("SELECT channel FROM channel_account WHERE source = :source")


def find(connection: Connection, scope: Scope, request_id: UUID) -> Request | None:
    """The request, if the caller sees its customer, and it has no team, one of theirs, or they asked."""
    requests = f"(SELECT * FROM conversation_request r WHERE r.id = :id AND {_shown(scope)})"
    return next(iter(_read(connection, scope, requests, {"id": request_id, "limit": 1})), None)


def list_latest(connection: Connection, scope: Scope, members: Sequence[UUID], limit: int) -> list[Request]:
    """The latest requests of a customer, which is made of these records, that the caller may see."""
    requests = f"""
        unnest(CAST(:members AS uuid[])) AS member (id) CROSS JOIN LATERAL (
            SELECT * FROM conversation_request r WHERE r.customer_id = member.id AND {_shown(scope)}
            ORDER BY r.id DESC LIMIT :limit)"""
    return _read(connection, scope, requests, {"members": list(members), "limit": limit})


def count_open(connection: Connection, scope: Scope, members: Sequence[UUID], *, now: datetime) -> int:
    """How many requests of a customer wait for an answer, of what the caller may see: no count tells more."""
    statement = f"""
        SELECT count(*) FROM conversation_request r
        WHERE r.customer_id = ANY(CAST(:members AS uuid[])) AND r.state = 'asked' AND r.expires_at > :now
          AND {_shown(scope)}"""
    parameters = {"members": list(members), "now": now, **_parameters(scope)}
    return int(connection.execute(text(statement), parameters).scalar_one())


def find_latest_source(
    connection: Connection, scope: Scope, members: Sequence[UUID], channel: str
) -> str | None:
    """From where the customer last wrote on this channel, of what the caller may see and not too far back."""
    statement = f"""
        SELECT latest.source FROM unnest(CAST(:members AS uuid[])) AS member (id)
        CROSS JOIN unnest(ARRAY['conversation']) AS wanted (kind)
        CROSS JOIN LATERAL ({_latest_conversations(scope)}) latest
        WHERE latest.channel = :channel ORDER BY latest.at DESC, latest.id DESC LIMIT 1"""
    parameters = {"members": list(members), "channel": channel, **_parameters(scope)}
    return connection.execute(text(statement), parameters).scalar_one_or_none()


def list_accounts(connection: Connection, channel: str) -> list[str]:
    """From where conversations on this channel were ever heard; two at most."""
    return list(connection.execute(_ACCOUNTS, {"channel": channel}).scalars())


def find_channel(connection: Connection, source: str) -> str | None:
    """On which channel conversations are heard from there, if any were."""
    return connection.execute(_HEARD_ON, {"source": source}).scalar_one_or_none()


def _latest_conversations(scope: Scope) -> str:
    """Of `member`. For agents team by team: an index finds their few among a hundred thousand of others."""
    if scope.is_admin:
        return _LATEST.format(team="AND kind <> 'contact'", order="")
    return f"""
        SELECT theirs.* FROM unnest(CAST(:own_teams AS uuid[])) AS own (id)
        CROSS JOIN LATERAL ({_LATEST.format(team="AND team_id = own.id", order="")}) theirs
        UNION ALL ({_LATEST.format(team="AND team_id IS NULL", order="team_id,")})"""


def _shown(scope: Scope) -> str:
    return "true" if scope.is_admin else _OWN_REQUEST


def _read(connection: Connection, scope: Scope, requests: str, parameters: dict[str, Any]) -> list[Request]:
    """The conversation that came of one is told if the caller finds it in the history of this customer."""
    statement = f"""
        SELECT r.id, c.id AS customer_id, r.contact_point_id, r.channel, r.source, r.team_id, r.message,
               r.asked_by, r.asked_at, r.expires_at, r.state, r.reason, r.closed_at, r.version,
               CASE WHEN owner.root_id = c.id THEN i.id END AS conversation
        FROM {requests} r
        JOIN customer asked ON asked.id = r.customer_id JOIN customer c ON c.id = asked.root_id
        LEFT JOIN interaction i ON i.id = r.interaction_id AND {_item(scope)}
        LEFT JOIN customer owner ON owner.id = i.customer_id
        WHERE {visible(scope)} ORDER BY r.id DESC LIMIT :limit"""
    values = {**parameters, **_parameters(scope)}
    return [Request(**row._mapping) for row in connection.execute(text(statement), values)]


def _item(scope: Scope) -> str:
    return "true" if scope.is_admin else _OWN_ITEM


def _parameters(scope: Scope) -> dict[str, Any]:
    if scope.is_admin:
        return visibility_parameters(scope)
    return {"own_teams": own_teams(scope), "caller": scope.user_id, **visibility_parameters(scope)}
