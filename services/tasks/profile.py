"""What pages show of notes and tasks: of one customer at a glance, and how many several customers have."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import text

from servicekit.clock import utc_now
from servicekit.database import Database
from servicekit.inputs import find_id, ids_of
from servicekit.rights import for_people
from servicekit.rpc import rpc
from services.tasks.customers import get_visible, visible
from services.tasks.notes import queries as note_rows
from services.tasks.notes.messages import note_message
from services.tasks.notes.queries import Window
from services.tasks.work import queries as task_rows
from services.tasks.work.domain.task import UNFINISHED
from services.tasks.work.messages import task_message
from services.tasks.work.position import DUE
from services.tasks.work.queries import Walk

Json = dict[str, Any]
SHOWN = 10

# What was deleted counts: somebody worked on it. Each condition is that of an index.
_WITH_WORK = text("""
    SELECT asked.id FROM unnest(CAST(:ids AS uuid[])) AS asked (id)
    CROSS JOIN LATERAL (
        (SELECT FROM note WHERE customer_id = asked.id AND deleted_at IS NULL LIMIT 1)
        UNION ALL
        (SELECT FROM task WHERE customer_id = asked.id AND deleted_at IS NULL AND version > 0 LIMIT 1)
        UNION ALL
        (SELECT FROM note WHERE customer_id = asked.id AND deleted_at IS NOT NULL LIMIT 1)
        UNION ALL
        (SELECT FROM task WHERE customer_id = asked.id AND deleted_at IS NOT NULL LIMIT 1) LIMIT 1) found""")


class ProfileEntrypoints:
    """Mixin of TasksService."""

    db: Database
    customers: Any

    @rpc
    def for_profile(self, scope: Json, customer_id: str) -> Json:
        """The latest pinned notes, what is to be done next, and how much there is that the caller could list.

        Of an absorbed customer only whom it moved to.
        """
        caller, now = for_people(scope), utc_now()
        customer = get_visible(self.customers, caller, customer_id)
        if customer.id != find_id(customer_id):
            return {"moved_to": str(customer.id)}
        soonest = Walk(sort=DUE, statuses=UNFINISHED, column="customer_id", keys=customer.members)
        with self.db.reading() as connection:
            pinned = note_rows.list_notes(connection, caller, customer.members, Window(SHOWN, pinned=True))
            notes = note_rows.count_notes(connection, caller, customer.members)
            tasks = task_rows.walk(connection, soonest, after=None, limit=SHOWN)
            unfinished = task_rows.count_unfinished(connection, customer.members)
        return {
            "pinned_notes": [note_message(note, customer.id) for note in pinned[:SHOWN]],
            "open_tasks": [task_message(t, customer=customer.id, limited=False, now=now) for t in tasks],
            "counters": {"notes": notes, "open_tasks": unfinished},
        }

    @rpc
    def count_of(self, scope: Json, ids: list[str]) -> Json:
        """By each id that the caller may see, how many notes and open tasks of the customer they could list.

        The id of an absorbed record means the customer that it is part of.
        """
        caller, asked = for_people(scope), ids_of(ids)
        customers = visible(self.customers, caller, map(UUID, asked.values()))
        members = {customer.id: customer.members for customer in customers.values()}
        with self.db.reading() as connection:
            notes = note_rows.count_notes_of_each(connection, caller, members)
            tasks = task_rows.count_unfinished_of_each(connection, members)
        return {
            str(each): {"notes": notes.get(customer.id, 0), "open_tasks": tasks.get(customer.id, 0)}
            for each, customer in customers.items()
        }

    @rpc
    def with_work(self, ids: list[str]) -> Json:
        """For services, without a scope: those of these records about which there is a note or a task."""
        asked = ids_of(ids)
        with self.db.reading() as connection:
            rows = connection.execute(_WITH_WORK, {"ids": list(map(UUID, asked.values()))})
            found = set(map(str, rows.scalars()))
        return {"ids": [each for each, key in asked.items() if key in found]}
