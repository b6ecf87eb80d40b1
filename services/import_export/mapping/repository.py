"""Saved mappings in the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from servicekit.database.paging import Keyset, SortKey, list_page
from servicekit.scope import Scope
from servicekit.text import folded
from services.import_export.mapping.domain.saved import SavedMapping
from services.import_export.tables import import_mapping

_COLUMNS: Final = [import_mapping.c[name] for name in SavedMapping.__dataclass_fields__]
_BY_NAME: Final = Keyset("name", [SortKey(import_mapping.c.name_folded.collate("C"))], import_mapping.c.id)
_MOST_OFFERED: Final = 10
_MOST_SHOWN: Final = 1_000
_TAKE_TURN: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('saved mappings ' || :owner, 0))")


def find(
    connection: Connection, scope: Scope, mapping_id: UUID, *, lock: bool = False
) -> SavedMapping | None:
    """If the caller may see it; held until the transaction ends if asked for."""
    statement = select(*_COLUMNS).where(import_mapping.c.id == mapping_id, _is_shown(scope.user_id))
    row = connection.execute(statement.with_for_update() if lock else statement).one_or_none()
    return None if row is None else _to_mapping(row)


def page(
    connection: Connection, scope: Scope, *, limit: int, cursor: str | None
) -> tuple[list[SavedMapping], str | None]:
    """By name, and the cursor of the next page."""
    statement = select(*_COLUMNS).where(_is_shown(scope.user_id))
    found = list_page(connection, statement, _BY_NAME, cursor=cursor, limit=limit)
    return [_to_mapping(row) for row in found.rows], found.next


def shown(connection: Connection, scope: Scope) -> list[SavedMapping]:
    """By name; so many that nobody has more."""
    statement = select(*_COLUMNS).where(_is_shown(scope.user_id)).order_by(import_mapping.c.name_folded)
    return [_to_mapping(row) for row in connection.execute(statement.limit(_MOST_SHOWN))]


def fitting(connection: Connection, user_id: str, headers: Sequence[str]) -> list[SavedMapping]:
    """Those of which a file with these headers has every column, the one with most columns first."""
    wanted = import_mapping.c.headers
    statement = (
        select(*_COLUMNS)
        .where(_is_shown(user_id), func.cardinality(wanted) > 0, wanted.op("<@")(_texts(headers)))
        .order_by(func.cardinality(wanted).desc(), import_mapping.c.updated_at.desc(), import_mapping.c.id)
        .limit(_MOST_OFFERED)
    )
    return [_to_mapping(row) for row in connection.execute(statement)]


def take_turn(connection: Connection, owner: UUID) -> None:
    """Wait for whoever else changes which mappings the owner has."""
    connection.execute(_TAKE_TURN, {"owner": str(owner)})


def find_named(connection: Connection, owner: UUID, name: str) -> tuple[UUID, str] | None:
    """Id and name of the owner's mapping of this name, whatever its case and accents."""
    statement = select(import_mapping.c.id, import_mapping.c.name).where(
        import_mapping.c.owner_id == owner, import_mapping.c.name_folded == folded(name)
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else (row.id, row.name)


def count(connection: Connection, owner: UUID) -> int:
    statement = select(func.count()).where(import_mapping.c.owner_id == owner)
    return int(connection.execute(statement).scalar_one())


def add(connection: Connection, saved: SavedMapping) -> None:
    connection.execute(insert(import_mapping), _values(saved))


def save(connection: Connection, saved: SavedMapping) -> None:
    """A locked one."""
    connection.execute(update(import_mapping).where(import_mapping.c.id == saved.id), _values(saved))


def remove(connection: Connection, mapping_id: UUID) -> None:
    connection.execute(delete(import_mapping).where(import_mapping.c.id == mapping_id))


def _is_shown(user_id: str) -> ColumnElement[bool]:
    return or_(import_mapping.c.owner_id == UUID(user_id), import_mapping.c.shared)


def _texts(values: Sequence[str]) -> Any:
    return bindparam("headers", list(values), type_=ARRAY(Text))


def _values(saved: SavedMapping) -> dict[str, Any]:
    values = {name: getattr(saved, name) for name in SavedMapping.__dataclass_fields__}
    return {**values, "name_folded": folded(saved.name), "headers": saved.headers}


def _to_mapping(row: Row[Any]) -> SavedMapping:
    return SavedMapping(**{name: row._mapping[name] for name in SavedMapping.__dataclass_fields__})
