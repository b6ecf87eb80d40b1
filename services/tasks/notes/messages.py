"""Notes and their changes as callers get them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from servicekit.clock import to_rfc3339
from servicekit.scope import Scope
from services.tasks.notes.domain.note import Note

Json = dict[str, Any]


def note_message(note: Note, customer: UUID) -> Json:
    """Belongs to `customer`, whichever of its ids it was written with."""
    return {
        "id": str(note.id),
        "kind": "note",
        "customer": str(customer),
        "team": None if note.team_id is None else str(note.team_id),
        "author": str(note.author_id),
        "body": note.body,
        "pinned": note.pinned,
        "at": to_rfc3339(note.created_at),
        "created_at": to_rfc3339(note.created_at),
        "updated_at": to_rfc3339(note.updated_at),
        "version": note.version,
    }


def change_message(row: Any, scope: Scope) -> Json:
    """Agents are told of teams only their own."""
    before, after = row.before, row.after
    if row.kind == "moved":
        before, after = (_shown_team(team, scope) for team in (before, after))
    return {
        "id": str(row.id),
        "kind": row.kind,
        "at": to_rfc3339(row.at),
        "by": None if row.by is None else str(row.by),
        "before": before,
        "after": after,
    }


def _shown_team(team: str | None, scope: Scope) -> str | None:
    return team if scope.is_admin or team in scope.team_ids else None
