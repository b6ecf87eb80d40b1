"""What other services are told of notes: that there is one, never what it says."""

from __future__ import annotations

from servicekit.events.cloudevent import Event
from services.tasks.notes.domain.note import Note


def note_created_v1(note: Note) -> Event:
    """Without a team it is for administrators."""
    return Event(
        type="note.created.v1",
        data={
            "note": str(note.id),
            "customer": str(note.customer_id),
            "team": None if note.team_id is None else str(note.team_id),
        },
        subject=str(note.id),
        revision=note.version,
    )
