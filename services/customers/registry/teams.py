"""What administrators do with the customers of a team, or of none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import accumulate
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Connection, Row, TextClause, text

from servicekit.database import UnitOfWork
from servicekit.database.failures import ChangedMeanwhile
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
_MEMBERS = text("""
    SELECT id, root_id, team_ids FROM customer WHERE id = ANY(CAST(:roots AS uuid[]))
    UNION ALL
    SELECT id, root_id, team_ids FROM customer WHERE root_id = ANY(CAST(:roots AS uuid[])) AND root_id <> id
    ORDER BY id""")
_LOCK = text("""
    SELECT id, root_id, team_ids, folded FROM customer WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id
    FOR NO KEY UPDATE""")


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

    The team goes from the records that were merged into a customer, too, and they count: together with it, so
    that undoing the merge finds it either nowhere or everywhere. Only a customer that alone has more of them
    than that goes beyond `limit`. Nobody sees them, so nobody is told.
    """
    known = configuration.current(uow.connection).directory.teams
    check_known([to] if to else [], known=known, pointer="/to")
    locked = _lock(uow.connection, _choose(uow.connection, scope, team_id, limit=min(limit, MAX_MOVED)))
    having = [row for row in locked if team_id in row.team_ids]
    before = {row.id: row for row in having if row.root_id == row.id}
    records = {row.id: row for row in having if row.root_id != row.id}
    after = _move(uow.connection, _MOVE_CUSTOMERS, before, team_id, to=to, at=at)
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


def _choose(connection: Connection, scope: Scope, team_id: UUID, *, limit: int) -> list[UUID]:
    """Customers that have the team, or records that do: at most `limit` of all, or else one customer."""
    found = dict.fromkeys(_of_customers(connection, scope, team_id, limit=limit))
    if len(found) < limit:
        found |= dict.fromkeys(_of_merged(connection, scope, team_id, limit=limit))
    having = Counter(row.root_id for row in _records(connection, found) if team_id in row.team_ids)
    so_far = accumulate(having[root] for root in found)
    fitting = sum(count <= limit for count in so_far)
    return list(found)[: max(fitting, 1)]


def _of_customers(connection: Connection, scope: Scope, team_id: UUID, *, limit: int) -> list[UUID]:
    found: list[UUID] = []
    for condition in (visible(scope), visible_deleted(scope)):
        statement = f"""
            SELECT c.id FROM customer c WHERE {condition} AND c.team_ids @> ARRAY[CAST(:team AS uuid)]
            ORDER BY c.id LIMIT :limit"""
        found += connection.execute(text(statement), {"team": team_id, "limit": limit - len(found)}).scalars()
    return found


def _of_merged(connection: Connection, scope: Scope, team_id: UUID, *, limit: int) -> list[UUID]:
    statement = f"""
        SELECT DISTINCT c.id FROM customer m JOIN customer c ON c.id = m.root_id
        WHERE m.root_id <> m.id AND ({visible(scope)} OR {visible_deleted(scope)})
          AND m.team_ids @> ARRAY[CAST(:team AS uuid)]
        ORDER BY c.id LIMIT :limit"""
    return list(connection.execute(text(statement), {"team": team_id, "limit": limit}).scalars())


def _lock(connection: Connection, roots: Sequence[UUID]) -> Sequence[Row[Any]]:
    """These customers and all their records, in one order. ChangedMeanwhile unless they are as before."""
    read = [(row.id, row.root_id) for row in _records(connection, roots)]
    if not {root for _, root in read} <= set(roots):
        raise ChangedMeanwhile
    rows = connection.execute(_LOCK, {"ids": [id for id, _ in read]}).all()
    if [(row.id, row.root_id) for row in rows] != read:
        raise ChangedMeanwhile
    if [(row.id, row.root_id) for row in _records(connection, roots)] != read:
        raise ChangedMeanwhile
    return rows


def _records(connection: Connection, roots: Iterable[UUID]) -> Sequence[Row[Any]]:
    return connection.execute(_MEMBERS, {"roots": list(roots)}).all()


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
