"""Reading notes: newest first, over everything that belongs to a customer.

A merge moves nothing, so a customer's notes are those of all its members. Each member is read by itself
(LATERAL), for agents each of their teams on each member, from an index in the order of the page: as many rows
as the page has, however many notes others have written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    FromClause,
    Uuid,
    bindparam,
    func,
    select,
    true,
    tuple_,
)

from servicekit.database.paging import Keyset, Page, SortKey, list_page
from servicekit.scope import Scope
from services.tasks.notes.domain.note import Note
from services.tasks.notes.repository import to_note
from services.tasks.tables import note, note_change

LATEST: Final = Keyset("notes", [SortKey(note.c.created_at, descending=True)], note.c.id)
_CHANGES: Final = Keyset("changes", [SortKey(note_change.c.at, descending=True)], note_change.c.id)
_COUNTED: Final = 1_000


@dataclass(frozen=True, slots=True)
class Window:
    """What part of a customer's notes is asked for. `after` is the time and id of the last one seen."""

    limit: int
    after: tuple[datetime, UUID] | None = None
    since: datetime | None = None
    until: datetime | None = None
    pinned: bool | None = None


def list_notes(
    connection: Connection,
    scope: Scope,
    members: Sequence[UUID],
    window: Window,
    *,
    cursor: str | None = None,
) -> list[Note]:
    """Up to `limit` + 1 notes of a customer that the caller may see: of their teams only, unless an
    administrator's. Raises Invalid for a cursor that is none."""
    places = _places(scope, members)
    [after] = LATEST.segments(cursor)
    conditions = [*_conditions(window), *([] if after is None else [after])]
    newest = (
        select(note)
        .where(places.on, note.c.deleted_at.is_(None), *conditions)
        .order_by(*LATEST.order_by())
        .limit(window.limit + 1)
        .lateral("n")
    )
    statement = (
        select(newest)
        .select_from(places.rows.join(newest, true()))
        .order_by(newest.c.created_at.desc(), newest.c.id.desc())
        .limit(window.limit + 1)
    )
    return [to_note(row) for row in connection.execute(statement, places.parameters)]


def count_notes(connection: Connection, scope: Scope, members: Sequence[UUID]) -> int:
    """Of those that `list_notes` would list."""
    places = _places(scope, members)
    each = select(func.count().label("notes")).where(places.on, note.c.deleted_at.is_(None)).lateral("n")
    total = select(func.coalesce(func.sum(each.c.notes), 0)).select_from(places.rows.join(each, true()))
    return int(connection.execute(total, places.parameters).scalar_one())


def count_of_team(connection: Connection, team_id: UUID) -> tuple[int, str]:
    """How many notes a team has: exactly ("eq") up to a bound, beyond it at least so many ("gte")."""
    some = select(note.c.id).where(note.c.team_id == team_id, note.c.deleted_at.is_(None)).limit(_COUNTED + 1)
    found = int(connection.execute(select(func.count()).select_from(some.subquery())).scalar_one())
    return min(found, _COUNTED), "eq" if found <= _COUNTED else "gte"


def list_changes(connection: Connection, note_id: UUID, *, limit: int, cursor: str | None) -> Page:
    """What became of a note, the latest first."""
    statement = select(note_change).where(note_change.c.note_id == note_id)
    return list_page(connection, statement, _CHANGES, cursor=cursor, limit=limit)


def cursor_after(last: Note) -> str:
    return LATEST.cursor_after([last.created_at], last.id)


@dataclass(frozen=True, slots=True, eq=False)
class _Places:
    """Where the notes are that a caller reads: stretches of an index, and what a note in one fulfils."""

    rows: FromClause
    on: ColumnElement[bool]
    parameters: dict[str, Any]


def _places(scope: Scope, members: Sequence[UUID]) -> _Places:
    member, values = _column("members"), {"members": list(members)}
    if scope.is_admin:
        return _Places(member, note.c.customer_id == member.c.id, values)
    # Who is neither an administrator nor in a team reads nothing.
    team, values = _column("teams"), {**values, "teams": sorted(map(UUID, scope.team_ids))}
    on = (note.c.customer_id == member.c.id) & (note.c.team_id == team.c.id)
    return _Places(member.join(team, true()), on, values)


def _column(name: str) -> FromClause:
    """The values of a parameter, as rows."""
    values = func.unnest(bindparam(name, type_=ARRAY(Uuid))).table_valued("id")
    return values.render_derived(name=name)


def _conditions(window: Window) -> list[ColumnElement[bool]]:
    conditions = []
    if window.after is not None:
        conditions.append(tuple_(*LATEST.columns) < tuple_(*window.after, types=_TYPES))
    if window.since is not None:
        conditions.append(note.c.created_at >= window.since)
    if window.until is not None:
        conditions.append(note.c.created_at < window.until)
    if window.pinned is not None:
        conditions.append(note.c.pinned if window.pinned else ~note.c.pinned)
    return conditions


_TYPES: Final = [column.type for column in LATEST.columns]
