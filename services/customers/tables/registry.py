"""Customers, their addresses, who holds which identity, and every change."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.customers.tables.columns import customer_id, list_index, metadata, moment

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
    Column("custom_search", JSONB, nullable=False, server_default="{}"),  # of it: folded texts, flags
    Column("folded", JSONB),  # what merges brought into this row: see merging/domain/folded.py
    Column("primary_ids", JSONB),  # by kind, a member's contact point that is shown as the primary one
    Column("version", Integer, nullable=False, server_default="1"),  # what people edited
    Column("revision", BigInteger, nullable=False, server_default="1"),  # every change, by events too
    moment("created_at"),
    moment("updated_at"),
    moment("deleted_at", required=False),
    Column("deleted_by", Uuid),
    Column("live", Boolean, Computed("deleted_at IS NULL AND root_id = id", persisted=True)),
    CheckConstraint("status IN ('active', 'inactive', 'blocked')", name="status"),
    CheckConstraint("char_length(name) BETWEEN 1 AND 200", name="name_length"),
    list_index("customer_created_at_idx", text("created_at DESC"), text("id DESC")),
    list_index("customer_updated_at_idx", text("updated_at DESC"), text("id DESC")),
    list_index("customer_name_idx", "name_search", "id"),
    list_index("customer_assignee_idx", "assignee_id"),
    list_index("customer_teams_idx", "team_ids", using="gin"),
    list_index("customer_tags_idx", "tag_ids", using="gin"),
    list_index("customer_options_idx", "opt_ids", using="gin"),
    Index(
        "customer_custom_idx",
        "custom_search",
        postgresql_using="gin",
        postgresql_ops={"custom_search": "jsonb_path_ops"},
        postgresql_where=text("live"),
    ),
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
    customer_id(primary_key=True),
    moment("last_at", required=False),  # of a customer: the latest of all its records
    moment("own_at", required=False),  # this record's alone; empty while it is the same
    Column("conversations", Integer, nullable=False, server_default="0"),
    Column("messages", Integer, nullable=False, server_default="0"),
    Index("customer_activity_last_at_idx", text("last_at DESC NULLS LAST"), text("customer_id DESC")),
    postgresql_with={"fillfactor": 80},
)

contact_point = Table(
    "contact_point",
    metadata,
    Column("id", Uuid, primary_key=True),
    customer_id(),  # the record that it came with, whatever was merged since
    Column("root_id", Uuid, nullable=False),  # the customer that shows it
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("scope", Text, nullable=False, server_default=""),  # the channel account that issued a platform id
    Column("label", Text),
    Column("is_primary", Boolean, nullable=False, server_default="false"),
    Column("space", Text, nullable=False),  # the identity it stands for
    Column("identity", Text, nullable=False),
    Column("search", Text, nullable=False, server_default=""),  # what a search finds it by
    moment("created_at"),
    UniqueConstraint("customer_id", "kind", "space", "identity"),
    Index("contact_point_root_idx", "root_id", "kind"),
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
    moment("allowed_at"),
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
    moment("answered_at"),
    Index("restricted_answer_budget_idx", "user_id", "answered_at"),
)

change = Table(
    "change",
    metadata,
    Column("id", Uuid, primary_key=True),
    customer_id(),
    moment("at"),
    Column("by", Uuid),  # the user; none for events
    Column("origin", Text, nullable=False),  # user, api, import, merge, event
    Column("field", Text, nullable=False),
    Column("before", JSONB),
    Column("after", JSONB),
    Column("withheld", Boolean, nullable=False, server_default="false"),  # values: administrators only
    # Changes of teams apart: agents see only those of their own.
    Index("change_feed_idx", "customer_id", text("(field = 'teams')"), text("at DESC"), text("id DESC")),
)
