"""Saved filters in the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Connection, Row, text

from servicekit.scope import Scope
from servicekit.text import folded
from services.customers.cursors import Cursor
from services.customers.filters.domain.saved import SavedFilter
from services.customers.visibility import own_teams

_COLUMNS: Final = """s.id, s.owner_id, s.time_zone, s.created_at, s.updated_at, s.version, s.name,
    s.name_folded, s.q, s.filter, s.sort, s.columns, s.shared_team_id"""
# Their own, and those that somebody shared with a team of theirs. Administrators are in every team.
_SHOWN: Final = """(s.owner_id = :user
    OR s.shared_team_id IS NOT NULL AND (:all_teams OR s.shared_team_id = ANY(CAST(:teams AS uuid[]))))"""
_FIND = text(f"SELECT {_COLUMNS} FROM saved_filter s WHERE s.id = :id AND {_SHOWN}")
_LOCK = text(f"SELECT {_COLUMNS} FROM saved_filter s WHERE s.id = :id AND {_SHOWN} FOR UPDATE")
_PAGE = text(f"""
    SELECT {_COLUMNS} FROM saved_filter s
    WHERE {_SHOWN} AND (s.name_folded COLLATE "C", s.id) > (:name, CAST(:id AS uuid))
    ORDER BY s.name_folded COLLATE "C", s.id LIMIT :limit""")
_TAKE_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended('saved filters ' || :owner, 0))")
_NAMED = text("SELECT id, name FROM saved_filter WHERE owner_id = :owner AND name_folded = :folded")
_COUNT = text("SELECT count(*) FROM saved_filter WHERE owner_id = :owner")
_ADD = text("""
    INSERT INTO saved_filter (id, owner_id, shared_team_id, name, name_folded, q, filter, sort, columns,
                              time_zone, version, created_at, updated_at)
    VALUES (:id, :owner, :team, :name, :folded, :q, CAST(:filter AS jsonb), :sort, CAST(:columns AS jsonb),
            :zone, :version, :created_at, :updated_at)""")
_SAVE = text("""
    UPDATE saved_filter SET shared_team_id = :team, name = :name, name_folded = :folded, q = :q,
           filter = CAST(:filter AS jsonb), sort = :sort, columns = CAST(:columns AS jsonb),
           time_zone = :zone, version = :version, updated_at = :updated_at
    WHERE id = :id""")
_DELETE = text("DELETE FROM saved_filter WHERE id = :id")
_SORT: Final = "saved_filters"
_FIRST: Final = UUID(int=0)


def find(connection: Connection, scope: Scope, filter_id: UUID) -> SavedFilter | None:
    """If the caller may see it."""
    return _one(connection.execute(_FIND, {"id": filter_id, **_rights(scope)}).one_or_none())


def lock(connection: Connection, scope: Scope, filter_id: UUID) -> SavedFilter | None:
    """The same, held until the transaction ends."""
    return _one(connection.execute(_LOCK, {"id": filter_id, **_rights(scope)}).one_or_none())


def page(
    connection: Connection, scope: Scope, *, limit: int, cursor: str | None
) -> tuple[list[SavedFilter], str | None]:
    """By name, and the cursor of the next page."""
    after = Cursor.load(cursor, sort=_SORT)
    place = {"name": (after and after.value) or "", "id": after.id if after else _FIRST}
    rows = connection.execute(_PAGE, {**place, **_rights(scope), "limit": limit + 1}).all()
    following = None
    if len(rows) > limit:
        following = Cursor(_SORT, rows[limit - 1].name_folded, rows[limit - 1].id).dump()
    return [_to_filter(row) for row in rows[:limit]], following


def take_turn(connection: Connection, owner: UUID) -> None:
    """Wait for whoever else changes which filters the owner has."""
    connection.execute(_TAKE_TURN, {"owner": str(owner)})


def find_named(connection: Connection, owner: UUID, name: str) -> tuple[UUID, str] | None:
    """Id and name of the owner's filter of this name, whatever its case and accents."""
    row = connection.execute(_NAMED, {"owner": owner, "folded": folded(name)}).one_or_none()
    return None if row is None else (row.id, row.name)


def count(connection: Connection, owner: UUID) -> int:
    return int(connection.execute(_COUNT, {"owner": owner}).scalar_one())


def add(connection: Connection, saved: SavedFilter) -> None:
    connection.execute(_ADD, _values(saved))


def save(connection: Connection, saved: SavedFilter) -> None:
    """A locked one."""
    connection.execute(_SAVE, _values(saved))


def delete(connection: Connection, filter_id: UUID) -> None:
    connection.execute(_DELETE, {"id": filter_id})


def _rights(scope: Scope) -> Mapping[str, Any]:
    return {"user": UUID(scope.user_id), "all_teams": scope.is_admin, "teams": own_teams(scope)}


def _values(saved: SavedFilter) -> dict[str, Any]:
    return {
        "id": saved.id,
        "owner": saved.owner_id,
        "team": saved.shared_team_id,
        "name": saved.name,
        "folded": folded(saved.name),
        "q": saved.q,
        "filter": _json(saved.filter),
        "sort": saved.sort,
        "columns": _json(saved.columns),
        "zone": saved.time_zone,
        "version": saved.version,
        "created_at": saved.created_at,
        "updated_at": saved.updated_at,
    }


def _json(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


def _one(row: Row[Any] | None) -> SavedFilter | None:
    return None if row is None else _to_filter(row)


def _to_filter(row: Row[Any]) -> SavedFilter:
    values = {name: value for name, value in row._mapping.items() if name != "name_folded"}
    return SavedFilter(**{**values, "columns": None if row.columns is None else tuple(row.columns)})
