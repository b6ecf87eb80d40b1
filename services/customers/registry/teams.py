"""What administrators do with the customers of a team, or of none."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, text

from servicekit.database import UnitOfWork
from servicekit.scope import Scope
from services.customers import configuration
from services.customers.registry import announcements, index, repository
from services.customers.registry.announcements import Changed
from services.customers.registry.domain.customer import FieldChange
from services.customers.registry.domain.teams import check_known
from services.customers.registry.repository import Author
from services.customers.visibility import visible, visible_deleted

Json = dict[str, Any]
COUNTED: Final = 1_000
MAX_MOVED: Final = 1_000

_MOVE = text("""
    UPDATE customer SET team_ids = ARRAY(
               SELECT DISTINCT member
               FROM unnest(array_remove(team_ids, :team) || CAST(:to AS uuid[])) AS member ORDER BY member),
           version = version + 1, revision = revision + 1, updated_at = :at
    WHERE id = ANY(CAST(:ids AS uuid[]))
    RETURNING id, version, revision, team_ids""")


def usage(connection: Connection, scope: Scope, team_id: UUID) -> dict[str, Any]:
    """How many customers the team has, exactly up to a bound."""
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
    """Give up to `limit` customers of a team to another, or to none; deleted ones too: they may come back."""
    known = configuration.current(uow.connection).directory.teams
    check_known([to] if to else [], known=known, pointer="/to")
    before = _lock_some(uow.connection, scope, team_id, limit=limit)
    parameters = {"ids": list(before), "team": team_id, "to": [to] if to else [], "at": at}
    after = uow.connection.execute(_MOVE, parameters).all() if before else []
    index.refresh(uow.connection, before)
    changes = [
        (row.id, FieldChange("teams", sorted(map(str, before[row.id])), sorted(map(str, row.team_ids))))
        for row in after
    ]
    repository.record_changes(uow.connection, changes, author=Author(UUID(scope.user_id), "user", at))
    if after:
        told = [Changed(row.id, row.version, row.revision, "updated", ["teams"]) for row in after]
        uow.outbox.add(announcements.customers_changed_v1(told))
    return {"moved": len(after)}


def _lock_some(connection: Connection, scope: Scope, team_id: UUID, *, limit: int) -> dict[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = {}
    for condition in (visible(scope), visible_deleted(scope)):
        if (wanted := min(limit, MAX_MOVED) - len(found)) > 0:
            statement = f"""
                SELECT c.id, c.team_ids FROM customer c
                WHERE {condition} AND c.team_ids @> ARRAY[CAST(:team AS uuid)]
                ORDER BY c.id LIMIT :limit FOR NO KEY UPDATE"""
            rows = connection.execute(text(statement), {"team": team_id, "limit": wanted})
            found |= {row.id: row.team_ids for row in rows}
    return found
