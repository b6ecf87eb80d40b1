"""Notes and their changes in the database: writes, and the rows that they lock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, insert, text

from servicekit.ids import new_id
from services.tasks.notes.domain.note import Note, NoteChange
from services.tasks.tables import note as note_table
from services.tasks.tables import note_change

CHUNK: Final = 2_000
NOBODY: Final = UUID(int=0)  # instead of a team, where counts are kept
COLUMNS: Final = """n.id, n.customer_id, n.team_id, n.author_id, n.body, n.pinned, n.version,
    n.created_at, n.updated_at, n.deleted_at"""

_FIND = text(f"SELECT {COLUMNS} FROM note n WHERE n.id = :id")
_LOCK = text(f"SELECT {COLUMNS} FROM note n WHERE n.id = :id FOR NO KEY UPDATE")
_SAVE = text("""
    UPDATE note SET body = :body, pinned = :pinned, version = :version, updated_at = :updated_at,
           deleted_at = :deleted_at
    WHERE id = :id""")
# Sorted, so that two who count the same notes wait for each other and never both.
_COUNT = text("""
    INSERT INTO note_count AS known (customer_id, team_id, notes)
    SELECT customer_id, coalesce(team_id, CAST(:nobody AS uuid)), sum(notes)
    FROM unnest(CAST(:customers AS uuid[]), CAST(:teams AS uuid[]), CAST(:notes AS integer[]))
         AS change (customer_id, team_id, notes)
    GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (customer_id, team_id) DO UPDATE SET notes = known.notes + excluded.notes""")
_MOVE = text("""
    UPDATE note SET team_id = :to, version = version + 1, updated_at = :at
    WHERE id = ANY(ARRAY(
        SELECT id FROM note WHERE team_id = :team AND deleted_at IS NULL
        ORDER BY id LIMIT :limit FOR NO KEY UPDATE))
    RETURNING id, customer_id""")
_MOVED = text("""
    INSERT INTO note_change (id, note_id, at, by, kind, before, after)
    SELECT moved.id, moved.note_id, :at, :by, 'moved',
           to_jsonb(CAST(:team AS uuid)), to_jsonb(CAST(:to AS uuid))
    FROM unnest(CAST(:ids AS uuid[]), CAST(:notes AS uuid[])) AS moved (id, note_id)""")
# One for each of the two indexes by customer: of notes that there are, and of deleted ones.
_SOME_OF = [
    text(f"""
        SELECT id FROM note WHERE customer_id = ANY(CAST(:customers AS uuid[])) AND deleted_at {state}
        LIMIT :chunk""")
    for state in ("IS NULL", "IS NOT NULL")
]
_ERASE = [
    text("DELETE FROM note_change WHERE note_id = ANY(CAST(:notes AS uuid[]))"),
    text("DELETE FROM note WHERE id = ANY(CAST(:notes AS uuid[]))"),
]
_FORGET_COUNTS = text("DELETE FROM note_count WHERE customer_id = ANY(CAST(:customers AS uuid[]))")


def to_note(row: Row[Any]) -> Note:
    return Note(*(getattr(row, name) for name in Note.__slots__))


def find(connection: Connection, note_id: UUID) -> Note | None:
    """Deleted or not."""
    row = connection.execute(_FIND, {"id": note_id}).one_or_none()
    return None if row is None else to_note(row)


def lock(connection: Connection, note_id: UUID) -> Note | None:
    """As it is now, deleted or not, for this transaction to change."""
    row = connection.execute(_LOCK, {"id": note_id}).one_or_none()
    return None if row is None else to_note(row)


def add(connection: Connection, note: Note, changes: Iterable[NoteChange]) -> None:
    connection.execute(insert(note_table).values(asdict(note)))
    _record(connection, note, changes, by=note.author_id)
    _count(connection, [(note.customer_id, note.team_id, 1)])


def save(connection: Connection, note: Note, changes: Iterable[NoteChange], *, by: UUID) -> None:
    """One that was locked, and was not deleted before: nobody changed it meanwhile."""
    connection.execute(_SAVE, asdict(note))
    _record(connection, note, changes, by=by)
    if note.deleted_at is not None:
        _count(connection, [(note.customer_id, note.team_id, -1)])


def move(
    connection: Connection, team_id: UUID, *, to: UUID | None, limit: int, by: UUID, at: datetime
) -> int:
    """Up to `limit` notes of a team are another team's, or the administrators'. Returns how many."""
    asked = {"team": team_id, "to": to, "limit": limit, "at": at}
    moved = connection.execute(_MOVE, asked).all()
    if moved:
        recorded = {"ids": [new_id() for _ in moved], "notes": [row.id for row in moved], "by": by}
        connection.execute(_MOVED, {**asked, **recorded})
        left = [(row.customer_id, team_id, -1) for row in moved]
        _count(connection, left + [(row.customer_id, to, 1) for row in moved])
    return len(moved)


def erase(connection: Connection, customer_ids: Sequence[UUID]) -> int:
    """Nothing is left of the notes that were written with these ids. Returns how many there were.

    A customer may have a hundred thousand: no single statement is about all of them.
    """
    erased = 0
    for some_of in _SOME_OF:
        asked = {"customers": list(customer_ids), "chunk": CHUNK}
        while notes := list(connection.execute(some_of, asked).scalars()):
            for statement in _ERASE:
                connection.execute(statement, {"notes": notes})
            erased += len(notes)
    connection.execute(_FORGET_COUNTS, {"customers": list(customer_ids)})
    return erased


def _record(connection: Connection, note: Note, changes: Iterable[NoteChange], *, by: UUID) -> None:
    rows = [
        {"id": new_id(), "note_id": note.id, "at": note.updated_at, "by": by, **asdict(change)}
        for change in changes
    ]
    if rows:
        connection.execute(insert(note_change), rows)


def _count(connection: Connection, changes: Sequence[tuple[UUID, UUID | None, int]]) -> None:
    """By customer and team, how many notes are there more than before."""
    customers, teams, notes = (list(each) for each in zip(*changes, strict=True))
    asked = {"customers": customers, "teams": teams, "notes": notes, "nobody": NOBODY}
    connection.execute(_COUNT, asked)
