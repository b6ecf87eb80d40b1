"""What administrators do with the customers of a team, or of none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Connection, Row, TextClause, text

from servicekit.database import UnitOfWork
from servicekit.scope import Scope
from services.customers import configuration
from services.customers.registry import announcements, index, repository
from services.customers.registry.announcements import Changed
from services.customers.registry.domain.customer import FieldChange
from services.customers.registry.domain.teams import check_known, folded_after_move
from services.customers.registry.repository import Author
from services.customers.visibility import visible, visible_deleted

Json = dict[str, Any]
Rows = dict[UUID, Row[Any]]
COUNTED: Final = 1_000
MAX_MOVED: Final = 1_000

_MOVE: Final = """
    UPDATE customer c SET folded = r.folded, team_ids = ARRAY(
               SELECT DISTINCT member
               FROM unnest(array_remove(c.team_ids, :team) || CAST(:to AS uuid[])) AS member ORDER BY member)
           {news}
    FROM json_to_recordset(CAST(:rows AS json)) AS r (id uuid, folded jsonb) WHERE c.id = r.id
    RETURNING c.id, c.version, c.revision, c.team_ids"""
_MOVE_CUSTOMERS = text(
    _MOVE.format(news=", version = c.version + 1, revision = c.revision + 1, updated_at = :at")
)
_MOVE_RECORDS = text(_MOVE.format(news=""))


def usage(connection: Connection, scope: Scope, team_id: UUID) -> dict[str, Any]:
    """How many customers the team has, exactly up to a bound; records merged into others are none."""
    statement = f"""
        SELECT count(*) FROM (SELECT FROM customer c WHERE {visible(scope)}
                              AND c.team_ids @> ARRAY[CAST(:team AS uuid)] LIMIT :bound) counted"""
    found = connection.execute(text(statement), {"team": team_id, "bound": COUNTED + 1}).scalar_one()
    return {"customers": min(found, COUNTED), "relation": "eq" if found <= COUNTED else "gte"}


def count_without(connection: Connection, scope: Scope) -> int:
    """Customers in no team: administrators alone see them."""
    statement = f"SELECT count(*) FROM customer c WHERE {visible(scope)} AND c.team_ids = '{{}}'"
    return int(connection.execute(text(statement)).scalar_one())


def move(uow: UnitOfWork, scope: Scope, team_id: UUID, *, to: UUID | None, limit: int, at: datetime) -> Json:
    """Give up to `limit` customers of a team to another, or to none; deleted ones too: they may come back.

    So may records that were merged into a customer: the team goes from them, too, and they count. Nobody sees
    them, so nobody is told.
    """
    known = configuration.current(uow.connection).directory.teams
    check_known([to] if to else [], known=known, pointer="/to")
    limit = min(limit, MAX_MOVED)
    before = _lock_customers(uow.connection, scope, team_id, limit=limit)
    after = _move(uow.connection, _MOVE_CUSTOMERS, before, team_id, to=to, at=at)
    records = _lock_merged(uow.connection, scope, team_id, limit=limit - len(after))
    _move(uow.connection, _MOVE_RECORDS, records, team_id, to=to)
    index.refresh(uow.connection, before)
    changes = [
        (row.id, FieldChange("teams", _texts(before[row.id].team_ids), _texts(row.team_ids))) for row in after
    ]
    repository.record_changes(uow.connection, changes, author=Author(UUID(scope.user_id), "user", at))
    if after:
        told = [Changed(row.id, row.version, row.revision, "updated", ["teams"]) for row in after]
        uow.outbox.add(announcements.customers_changed_v1(told))
    return {"moved": len(after) + len(records)}


def _lock_customers(connection: Connection, scope: Scope, team_id: UUID, *, limit: int) -> Rows:
    found: Rows = {}
    for condition in (visible(scope), visible_deleted(scope)):
        statement = f"""
            SELECT c.id, c.team_ids, c.folded FROM customer c
            WHERE {condition} AND c.team_ids @> ARRAY[CAST(:team AS uuid)]
            ORDER BY c.id LIMIT :limit FOR NO KEY UPDATE"""
        found |= _lock(connection, statement, team_id, limit - len(found))
    return found


def _lock_merged(connection: Connection, scope: Scope, team_id: UUID, *, limit: int) -> Rows:
    statement = f"""
        SELECT m.id, m.team_ids, m.folded FROM customer m JOIN customer c ON c.id = m.root_id
        WHERE m.root_id <> m.id AND ({visible(scope)} OR {visible_deleted(scope)})
          AND m.team_ids @> ARRAY[CAST(:team AS uuid)]
        ORDER BY m.id LIMIT :limit FOR NO KEY UPDATE OF m"""
    return _lock(connection, statement, team_id, limit)


def _lock(connection: Connection, statement: str, team_id: UUID, limit: int) -> Rows:
    if limit <= 0:
        return {}
    rows = connection.execute(text(statement), {"team": team_id, "limit": limit})
    return {row.id: row for row in rows}


def _move(
    connection: Connection,
    statement: TextClause,
    before: Rows,
    team_id: UUID,
    *,
    to: UUID | None,
    **more: Any,
) -> Sequence[Row[Any]]:
    heir = None if to is None else str(to)
    rows = [
        {
            "id": row.id,
            "folded": folded_after_move(row.folded, str(team_id), to=heir, held=_texts(row.team_ids)),
        }
        for row in before.values()
    ]
    if not rows:
        return []
    parameters = {"rows": orjson.dumps(rows).decode(), "team": team_id, "to": [to] if to else [], **more}
    return connection.execute(statement, parameters).all()


def _texts(teams: Iterable[UUID]) -> list[str]:
    return sorted(map(str, teams))
