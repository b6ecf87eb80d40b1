"""Reading notes: newest first, over everything that belongs to a customer.

A merge moves nothing, so a customer's notes are those of all its members. Each member is read by itself
(LATERAL), for agents each of their teams on each member, from an index in the order of the page: as many rows
as the page has, however many notes others have written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, TextClause, select, text

from servicekit.database.paging import Keyset, Page, SortKey, list_page
from servicekit.scope import Scope
from services.tasks.notes.domain.note import Note
from services.tasks.notes.repository import COLUMNS, to_note
from services.tasks.tables import note, note_change

LATEST: Final = Keyset("notes", [SortKey(note.c.created_at, descending=True)], note.c.id)
_CHANGES: Final = Keyset("changes", [SortKey(note_change.c.at, descending=True)], note_change.c.id)
_COUNTED: Final = 1_000

_LIST = """
    SELECT {columns} FROM unnest(CAST(:members AS uuid[])) AS member (id) {teams} CROSS JOIN LATERAL (
        SELECT * FROM note n WHERE n.customer_id = member.id AND n.deleted_at IS NULL {conditions}
        ORDER BY n.created_at DESC, n.id DESC LIMIT :limit) n
    ORDER BY n.created_at DESC, n.id DESC LIMIT :limit"""
_TEAMS = "CROSS JOIN unnest(CAST(:teams AS uuid[])) AS team (id)"
_COUNT_ALL = (
    "SELECT coalesce(sum(notes), 0) FROM note_count WHERE customer_id = ANY(CAST(:members AS uuid[]))"
)
_COUNT_OWN = f"{_COUNT_ALL} AND team_id = ANY(CAST(:teams AS uuid[]))"
_COUNT_BY_CUSTOMER = """
    SELECT record.customer_id, sum(n.notes) AS notes
    FROM unnest(CAST(:customers AS uuid[]), CAST(:records AS uuid[])) AS record (customer_id, id)
    JOIN note_count n ON n.customer_id = record.id {own} GROUP BY record.customer_id"""
_COUNT_OF_TEAM = text("""
    SELECT count(*) FROM (
        SELECT FROM note WHERE team_id = :team AND deleted_at IS NULL LIMIT :bound) AS counted""")


@dataclass(frozen=True, slots=True)
class Window:
    """What part of a customer's notes is asked for. `after` is the time and id of the last one seen."""

    limit: int
    after: tuple[datetime, UUID] | None = None
    since: datetime | None = None
    until: datetime | None = None
    pinned: bool | None = None


def list_notes(connection: Connection, scope: Scope, members: Sequence[UUID], window: Window) -> list[Note]:
    """Up to `limit` + 1 notes of a customer whom the caller sees: all, or those of an agent's teams."""
    conditions = (window.after is not None, window.since is not None, window.until is not None, window.pinned)
    after_at, after_id = window.after or (None, None)
    values = {
        **_whose(scope, members),
        "limit": window.limit + 1,
        "after_at": after_at,
        "after_id": after_id,
        "since": window.since,
        "until": window.until,
    }
    return [to_note(row) for row in connection.execute(_listing(conditions, scope.is_admin), values)]


def count_notes(connection: Connection, scope: Scope, members: Sequence[UUID]) -> int:
    """Of those that `list_notes` would list, without looking at any."""
    statement = text(_COUNT_ALL if scope.is_admin else _COUNT_OWN)
    return int(connection.execute(statement, _whose(scope, members)).scalar_one())


def count_notes_of_each(
    connection: Connection, scope: Scope, members: Mapping[UUID, Sequence[UUID]]
) -> dict[UUID, int]:
    """The same for several customers at once, `members` by customer. Who has none is left out."""
    own = "" if scope.is_admin else "AND n.team_id = ANY(CAST(:teams AS uuid[]))"
    pairs = [(customer, record) for customer, records in members.items() for record in records]
    values = {
        "customers": [customer for customer, _ in pairs],
        "records": [record for _, record in pairs],
        "teams": sorted(map(UUID, scope.team_ids)),
    }
    rows = connection.execute(text(_COUNT_BY_CUSTOMER.format(own=own)), values)
    return {row.customer_id: int(row.notes) for row in rows}


def count_of_team(connection: Connection, team_id: UUID) -> tuple[int, str]:
    """How many notes a team has: exactly ("eq") up to a bound, beyond it at least so many ("gte")."""
    found = int(connection.execute(_COUNT_OF_TEAM, {"team": team_id, "bound": _COUNTED + 1}).scalar_one())
    return min(found, _COUNTED), "eq" if found <= _COUNTED else "gte"


def list_changes(connection: Connection, note_id: UUID, *, limit: int, cursor: str | None) -> Page:
    """What became of a note, the latest first."""
    statement = select(note_change).where(note_change.c.note_id == note_id)
    return list_page(connection, statement, _CHANGES, cursor=cursor, limit=limit)


def cursor_after(last: Note) -> str:
    return LATEST.cursor_after([last.created_at], last.id)


def position(cursor: str) -> tuple[datetime, UUID]:
    """The time and id of the last note of a page. Raises Invalid for a cursor that is none."""
    [at], note_id = LATEST.position(cursor)
    return at, note_id


@cache
def _listing(conditions: tuple[bool, bool, bool, bool | None], everything: bool) -> TextClause:
    after, since, until, pinned = conditions
    wanted = {
        "(n.created_at, n.id) < (:after_at, :after_id)": after,
        "n.created_at >= :since": since,
        "n.created_at < :until": until,
        "n.pinned": pinned is True,
        "NOT n.pinned": pinned is False,
        "n.team_id = team.id": not everything,
    }
    told = "".join(f" AND {condition}" for condition, is_wanted in wanted.items() if is_wanted)
    return text(_LIST.format(columns=COLUMNS, teams="" if everything else _TEAMS, conditions=told))


def _whose(scope: Scope, members: Sequence[UUID]) -> dict[str, Any]:
    """Who is neither an administrator nor in a team reads nothing."""
    return {"members": list(members), "teams": sorted(map(UUID, scope.team_ids))}
