"""Making, changing and deleting notes: the note afterwards, and what its history tells of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.tasks.notes.domain.forms import NewNote, NotePatch
from services.tasks.notes.domain.note import Note, NoteChange


def written(
    new: NewNote, *, note_id: UUID, customer_id: UUID, team_id: UUID | None, author_id: UUID, at: datetime
) -> tuple[Note, list[NoteChange]]:
    note = Note(note_id, customer_id, team_id, author_id, new.body, new.pinned, 1, at, at)
    return note, [NoteChange("created"), *_pinning(False, new.pinned)]


def changed(note: Note, patch: NotePatch, *, at: datetime) -> tuple[Note, list[NoteChange]]:
    """Itself and nothing to tell, if the patch says nothing new."""
    body = note.body if patch.body is None else patch.body
    pinned = note.pinned if patch.pinned is None else patch.pinned
    edited = [NoteChange("edited", note.body, body)] if body != note.body else []
    changes = [*edited, *_pinning(note.pinned, pinned)]
    if not changes:
        return note, []
    return replace(note, body=body, pinned=pinned, version=note.version + 1, updated_at=at), changes


def deleted(note: Note, *, at: datetime) -> tuple[Note, list[NoteChange]]:
    after = replace(note, version=note.version + 1, updated_at=at, deleted_at=at)
    return after, [NoteChange("deleted")]


def _pinning(before: bool, after: bool) -> list[NoteChange]:
    return [] if before == after else [NoteChange("pinned" if after else "unpinned")]
