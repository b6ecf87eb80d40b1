"""The tables of the customers database, as SQLAlchemy Core. Shapes and indexes follow docs/architecture.md.

Two tables hold an address: `contact_point` is what is shown, `identity_holder` is what is
unique. A customer row points at its root (itself while it lives): a merge moves that pointer
and nothing else, so children keep the id they were written with.
"""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.schema import SchemaItem

from servicekit.database.tables import add_plumbing_tables

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)


def _moment(name: str, *, required: bool = True, now: bool = False) -> Column:
    return Column(
        name, DateTime(timezone=True), nullable=not required, server_default=func.now() if now else None
    )


def _customer_id(*, primary_key: bool = False) -> Column:
    return Column("customer_id", Uuid, ForeignKey("customer.id"), primary_key=primary_key, nullable=False)


def _list_index(name: str, *columns: object, using: str = "btree") -> SchemaItem:
    """An index over what lists show: live roots."""
    return Index(name, *columns, postgresql_where=text("live"), postgresql_using=using)  # type: ignore[arg-type]


customer = Table(
    "customer",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("root_id", Uuid, nullable=False),  # the record this one is part of; itself while it lives
    Column("merged_into", Uuid),
    Column("merged_by", Uuid),  # the merge that set merged_into
    Column("name", Text, nullable=False),
    Column("name_source", Text, nullable=False),  # auto, event, manual, import, api
    Column("name_search", Text, nullable=False),  # folded: no case, no accents
    Column("status", Text, nullable=False, server_default="active"),
    Column("channel", Text, nullable=False),
    Column("assignee_id", Uuid),
    Column("team_ids", ARRAY(Uuid), nullable=False, server_default="{}"),
    Column("tag_ids", ARRAY(Integer), nullable=False, server_default="{}"),
    Column("opt_ids", ARRAY(Integer), nullable=False, server_default="{}"),  # of (multi)select fields
    Column("custom", JSONB, nullable=False, server_default="{}"),  # every other field, by key
    Column("folded", JSONB),  # what a merge brought into this row
    Column("version", Integer, nullable=False, server_default="1"),  # what people edited
    Column("revision", BigInteger, nullable=False, server_default="1"),  # every change, by events too
    _moment("created_at"),
    _moment("updated_at"),
    _moment("deleted_at", required=False),
    Column("deleted_by", Uuid),
    Column("live", Boolean, Computed("deleted_at IS NULL AND root_id = id", persisted=True)),
    CheckConstraint("status IN ('active', 'inactive', 'blocked')", name="status"),
    CheckConstraint("char_length(name) BETWEEN 1 AND 200", name="name_length"),
    _list_index("customer_created_at_idx", text("created_at DESC"), text("id DESC")),
    _list_index("customer_updated_at_idx", text("updated_at DESC"), text("id DESC")),
    _list_index("customer_name_idx", "name_search", "id"),
    _list_index("customer_assignee_idx", "assignee_id"),
    _list_index("customer_teams_idx", "team_ids", using="gin"),
    _list_index("customer_tags_idx", "tag_ids", using="gin"),
    _list_index("customer_options_idx", "opt_ids", using="gin"),
    Index("customer_teamless_idx", "id", postgresql_where=text("live AND team_ids = '{}'")),
    Index("customer_members_idx", "root_id", postgresql_where=text("root_id <> id")),
    Index(
        "customer_deleted_idx",
        text("deleted_at DESC"),
        "id",
        postgresql_where=text("deleted_at IS NOT NULL"),
    ),
)

# What changes with every message lives apart, so that a message does not rewrite a wide row and its indexes.
customer_activity = Table(
    "customer_activity",
    metadata,
    _customer_id(primary_key=True),
    _moment("last_at", required=False),
    Column("conversations", Integer, nullable=False, server_default="0"),
    Column("messages", Integer, nullable=False, server_default="0"),
    Index("customer_activity_last_at_idx", text("last_at DESC NULLS LAST"), text("customer_id DESC")),
    postgresql_with={"fillfactor": 80},
)

contact_point = Table(
    "contact_point",
    metadata,
    Column("id", Uuid, primary_key=True),
    _customer_id(),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("scope", Text, nullable=False, server_default=""),  # the channel account that issued a platform id
    Column("label", Text),
    Column("is_primary", Boolean, nullable=False, server_default="false"),
    Column("space", Text, nullable=False),  # the identity it stands for
    Column("identity", Text, nullable=False),
    _moment("created_at"),
    UniqueConstraint("customer_id", "kind", "space", "identity"),
    Index(
        "contact_point_one_primary_idx",
        "customer_id",
        "kind",
        unique=True,
        postgresql_where=text("is_primary"),
    ),
)

# Writers lock rows of identity_key, sorted, before they read or change holders: see registry/holders.py.
identity_key = Table(
    "identity_key",
    metadata,
    Column("space", Text, primary_key=True),
    Column("value", Text, primary_key=True),
)

identity_holder = Table(
    "identity_holder",
    metadata,
    Column("space", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("slot", SmallInteger, primary_key=True),  # 0 unless duplicates are allowed
    Column("customer_id", Uuid, ForeignKey("customer.id"), nullable=False, index=True),
    UniqueConstraint("space", "value", "customer_id"),
)

# Pairs that an administrator knowingly made with `allow_duplicate`: never suggested as duplicates.
allowed_duplicate = Table(
    "allowed_duplicate",
    metadata,
    Column("first_id", Uuid, ForeignKey("customer.id"), primary_key=True),
    Column("second_id", Uuid, ForeignKey("customer.id"), primary_key=True, index=True),
    Column("allowed_by", Uuid, nullable=False),
    _moment("allowed_at"),
    CheckConstraint("first_id < second_id", name="ordered"),
)

# Duplicate answers that count against an agent's hourly budget. Those that told of a customer outside
# their teams name that customer and have a token to ask for access; the others went to agents from whom
# contact data is hidden.
restricted_answer = Table(
    "restricted_answer",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("customer_id", Uuid, index=True),
    Column("matched_on", ARRAY(Text), nullable=False),
    Column("token_hash", LargeBinary, unique=True),
    _moment("answered_at"),
    Index("restricted_answer_budget_idx", "user_id", "answered_at"),
)

change = Table(
    "change",
    metadata,
    Column("id", Uuid, primary_key=True),
    _customer_id(),
    _moment("at"),
    Column("by", Uuid),  # the user; none for events
    Column("origin", Text, nullable=False),  # user, api, import, merge, event
    Column("field", Text, nullable=False),
    Column("before", JSONB),
    Column("after", JSONB),
    Index("change_feed_idx", "customer_id", text("at DESC"), text("id DESC")),
)

tag = Table(
    "tag",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("public_id", Uuid, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("name_folded", Text, nullable=False, unique=True),
    Column("colour", Text, nullable=False),
    _moment("created_at"),
)

custom_field = Table(
    "custom_field",
    metadata,
    Column("key", Text, primary_key=True),
    Column("label", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("required", Boolean, nullable=False, server_default="false"),  # on forms
    Column("help", Text, nullable=False, server_default=""),
    Column("position", Integer, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    _moment("created_at"),
    _moment("updated_at"),
    _moment("archived_at", required=False),
)

custom_option = Table(
    "custom_option",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("public_id", Uuid, nullable=False, unique=True),
    Column("field_key", Text, ForeignKey("custom_field.key"), nullable=False),
    Column("label", Text, nullable=False),
    Column("label_folded", Text, nullable=False),
    Column("colour", Text),
    Column("position", Integer, nullable=False),
    _moment("archived_at", required=False),
    UniqueConstraint("field_key", "label_folded"),
)

customer_settings = Table(
    "customer_settings",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("values", JSONB, nullable=False),
    Column("version", Integer, nullable=False),
    _moment("updated_at"),
    CheckConstraint("id = 1", name="one_row"),
)

# A copy of the gateway's directory, replaced as a whole when its revision rises.
directory_team = Table(
    "directory_team",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_folded", Text, nullable=False, index=True),
)

directory_user = Table(
    "directory_user",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("team_ids", ARRAY(Uuid), nullable=False),
)

directory_state = Table(
    "directory_state",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("revision", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)

# One row per conversation (later: appointment, purchase). It keeps the customer id it was written with.
interaction = Table(
    "interaction",
    metadata,
    Column("id", Uuid, primary_key=True),
    _customer_id(),
    Column("kind", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    _moment("at"),
    Column("channel", Text, nullable=False),
    Column("team_id", Uuid),
    Column("assignee_id", Uuid),
    Column("status", Text, nullable=False),
    Column("body", JSONB, nullable=False, server_default="{}"),
    Column("clocks", JSONB, nullable=False, server_default="{}"),  # per part, the time of its event
    Column("messages", Integer, nullable=False, server_default="0"),
    _moment("last_message_at", required=False),
    Column("last_preview", Text),
    UniqueConstraint("source", "external_id", "kind"),
    Index("interaction_feed_idx", "customer_id", text("at DESC"), text("id DESC")),
    Index("interaction_kind_feed_idx", "customer_id", "kind", text("at DESC"), text("id DESC")),
)

message = Table(
    "message",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("interaction_id", Uuid, ForeignKey("interaction.id"), nullable=False),
    Column("source", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    _moment("at"),
    Column("direction", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("preview", Text),
    UniqueConstraint("source", "external_id", "interaction_id"),
    Index("message_feed_idx", "interaction_id", text("at DESC"), text("id DESC")),
)

# A team that events name and the directory does not know, for administrators to see.
unknown_team = Table(
    "unknown_team",
    metadata,
    Column("name", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("events", BigInteger, nullable=False),
    _moment("first_seen"),
    _moment("last_seen"),
)

add_plumbing_tables(metadata)
