"""A note: what somebody wrote down about a customer, for one team or for administrators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from servicekit.scope import AGENT, Scope


@dataclass(frozen=True, slots=True)
class Note:
    """`customer_id` is the id that it was written with; without a team it is the administrators'."""

    id: UUID
    customer_id: UUID
    team_id: UUID | None
    author_id: UUID
    body: str
    pinned: bool
    version: int
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NoteChange:
    """What became of it. `kind`: created, edited, pinned, unpinned, moved or deleted."""

    kind: str
    before: str | None = None
    after: str | None = None


def may_read(scope: Scope, note: Note) -> bool:
    """Whether it is for this caller, who has to see its customer besides."""
    if scope.is_admin:
        return True
    return scope.role == AGENT and note.team_id is not None and str(note.team_id) in scope.team_ids
