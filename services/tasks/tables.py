"""The tables of the tasks database, as SQLAlchemy Core.

A customer's id is the one that a note or a task was written with. Which customers belong together by merges,
and who may see them, the customers service is asked each time: nothing of it is copied here.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from directory.tables import add_directory_tables
from servicekit.database.tables import NAMES, add_plumbing_tables

metadata = MetaData(naming_convention=NAMES)
add_plumbing_tables(metadata)
add_directory_tables(metadata)


def _moment(name: str, *, required: bool = True) -> Column:
    return Column(name, DateTime(timezone=True), nullable=not required)


_LATEST = (text("created_at DESC"), text("id DESC"))

# Without a team it is the administrators'.
note = Table(
    "note",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("customer_id", Uuid, nullable=False),
    Column("team_id", Uuid),
    Column("author_id", Uuid, nullable=False),
    Column("body", Text, nullable=False),
    Column("pinned", Boolean, nullable=False, server_default="false"),
    Column("version", Integer, nullable=False, server_default="1"),
    _moment("created_at"),
    _moment("updated_at"),
    _moment("deleted_at", required=False),
    # Administrators read a customer's notes by the first, agents those of their teams by the second.
    Index("note_feed_idx", "customer_id", *_LATEST, postgresql_where=text("deleted_at IS NULL")),
    Index(
        "note_team_feed_idx", "customer_id", "team_id", *_LATEST, postgresql_where=text("deleted_at IS NULL")
    ),
    Index("note_pinned_idx", "customer_id", *_LATEST, postgresql_where=text("pinned AND deleted_at IS NULL")),
    Index(
        "note_team_pinned_idx",
        "customer_id",
        "team_id",
        *_LATEST,
        postgresql_where=text("pinned AND deleted_at IS NULL"),
    ),
    Index("note_team_idx", "team_id", "id", postgresql_where=text("deleted_at IS NULL")),
    Index("note_deleted_idx", "customer_id", postgresql_where=text("deleted_at IS NOT NULL")),
)

# How many notes a team has about a record, so that nobody has to count a hundred thousand. `team_id` is all
# zeros for the administrators'.
note_count = Table(
    "note_count",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("team_id", Uuid, primary_key=True),
    Column("notes", BigInteger, nullable=False),
)

# What became of a note: kind is created, edited, pinned, unpinned, moved or deleted.
note_change = Table(
    "note_change",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("note_id", Uuid, ForeignKey("note.id"), nullable=False),
    _moment("at"),
    Column("by", Uuid),
    Column("kind", Text, nullable=False),
    Column("before", JSONB),
    Column("after", JSONB),
    Index("note_change_feed_idx", "note_id", text("at DESC"), text("id DESC")),
)

# `held_status`: as it was before its customer was deleted; it comes back with the customer.
# `reminded_at`: when its reminder was written, for the due date that it has now.
task = Table(
    "task",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("customer_id", Uuid),
    Column("title", Text, nullable=False),
    Column("description", Text),
    _moment("due_at", required=False),
    # Empty last, in an index that has a place for every row.
    Column(
        "due_order",
        DateTime(timezone=True),
        Computed("coalesce(due_at, 'infinity'::timestamptz)", persisted=True),
    ),
    Column("responsible_id", Uuid, nullable=False),
    Column("author_id", Uuid, nullable=False),
    Column("priority", Text, nullable=False, server_default="medium"),
    Column("status", Text, nullable=False, server_default="open"),
    Column("held_status", Text),
    _moment("reminded_at", required=False),
    _moment("completed_at", required=False),
    Column("version", Integer, nullable=False, server_default="1"),
    _moment("created_at"),
    _moment("updated_at"),
    _moment("deleted_at", required=False),
    CheckConstraint("priority IN ('low', 'medium', 'high', 'urgent')", name="priority"),
    CheckConstraint("status IN ('open', 'in_progress', 'done', 'cancelled')", name="status"),
    # A list is one walk for each status (and each customer, or each responsible): in either order, whatever
    # is not asked for costs nothing. What else the conditions ask for is always so: a statement that says it
    # too gets the index of its own order. Of two that begin alike PostgreSQL takes either one, and sorts: it
    # cannot know that this customer is the one with a hundred thousand tasks.
    *(
        Index(f"task_{prefix}{suffix}_idx", *columns, "status", *order, postgresql_where=text(where))
        for prefix, columns in (
            ("", ()),
            ("customer_", ("customer_id",)),
            ("responsible_", ("responsible_id",)),
        )
        for suffix, order, where in (
            ("due_order", ("due_order", "id"), "deleted_at IS NULL AND due_order IS NOT NULL"),
            ("newest", (text("id DESC"),), "deleted_at IS NULL AND version > 0"),
        )
    ),
    Index("task_deleted_idx", "customer_id", postgresql_where=text("deleted_at IS NOT NULL")),
    Index(
        "task_due_idx",
        "due_at",
        postgresql_where=text(
            "status IN ('open', 'in_progress') AND reminded_at IS NULL AND deleted_at IS NULL"
        ),
    ),
)

task_change = Table(
    "task_change",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("task_id", Uuid, ForeignKey("task.id"), nullable=False),
    _moment("at"),
    Column("by", Uuid),
    Column("field", Text, nullable=False),
    Column("before", JSONB),
    Column("after", JSONB),
    Index("task_change_feed_idx", "task_id", text("at DESC"), text("id DESC")),
    # Customers' ids, which a purge has to find.
    Index("task_change_from_customer_idx", "before", postgresql_where=text("field = 'customer'")),
    Index("task_change_to_customer_idx", "after", postgresql_where=text("field = 'customer'")),
)

comment = Table(
    "comment",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("task_id", Uuid, ForeignKey("task.id"), nullable=False),
    Column("author_id", Uuid, nullable=False),
    Column("body", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    _moment("created_at"),
    _moment("updated_at"),
    _moment("deleted_at", required=False),
    Index("comment_feed_idx", "task_id", "id"),
)

# What became of a record's customer, as of the highest revision of that customer (`root_id`) that was heard:
# events may come in any order. Only of customers that were ever deleted.
customer_state = Table(
    "customer_state",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("root_id", Uuid, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    CheckConstraint("state IN ('deleted', 'live', 'purged')", name="state"),
    Index("customer_state_root_idx", "root_id"),
)
