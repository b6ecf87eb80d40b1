"""Every place in this service that holds a customer's id. What a customer has is found by all its records."""

from __future__ import annotations

from typing import Final

from directory.tables import OTHER_DIRECTORY
from servicekit.database.catalogue import (
    OTHER_PLUMBING,
    PLUMBING,
    Catalogue,
    Place,
    by_id,
    by_text,
)
from services.tasks.tables import metadata

_NOTES: Final = "note_id IN (SELECT id FROM note WHERE customer_id = ANY(CAST(:ids AS uuid[])))"
_TASKS: Final = "task_id IN (SELECT id FROM task WHERE customer_id = ANY(CAST(:ids AS uuid[])))"
_PURGED: Final = "the customer is purged"

CATALOGUE: Final = Catalogue(
    metadata,
    [
        Place("note_change.note_id", _NOTES, until=_PURGED),
        Place("task_change.task_id", _TASKS, until=_PURGED),
        Place("comment.task_id", _TASKS, until=_PURGED),
        by_id("note.customer_id", until=_PURGED),
        by_id("note_count.customer_id", until=_PURGED),
        by_id("task.customer_id", until=_PURGED),
        by_text("task_change.before", until=_PURGED),  # of others' tasks, which were this customer's once
        by_text("task_change.after", until=_PURGED),
        by_id("customer_state.customer_id"),
        by_id("customer_state.root_id"),
        *PLUMBING,
    ],
    others={
        **OTHER_PLUMBING,
        **OTHER_DIRECTORY,
        "note": "id team_id author_id",
        "note_count": "team_id",
        "note_change": "id by before after",
        "task": "id responsible_id author_id",
        "task_change": "id by",
        "comment": "id author_id",
    },
)
