"""What a company defines: tags, custom fields with their options, settings."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.customers.tables.columns import metadata, moment

# A customer row keeps the numbers it was written with: joining two tags sets a pointer, whatever the
# number of customers, and deleting one leaves a number that nothing shows any more.
tag = Table(
    "tag",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("public_id", Uuid, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("name_folded", Text, nullable=False),
    Column("colour", Text, nullable=False),
    Column("joined_to", Integer, ForeignKey("tag.id")),  # never one that was itself joined to another
    Column("version", Integer, nullable=False, server_default="1"),
    moment("created_at"),
    moment("updated_at"),
    moment("deleted_at", required=False),
    Index("tag_name_folded_key", "name_folded", unique=True, postgresql_where=text("deleted_at IS NULL")),
    Index("tag_members_idx", "joined_to", postgresql_where=text("joined_to IS NOT NULL")),
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
    moment("created_at"),
    moment("updated_at"),
    moment("archived_at", required=False),
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
    Column("joined_to", Integer, ForeignKey("custom_option.id")),  # as tags; its label stays an alias
    moment("archived_at", required=False),
    UniqueConstraint("field_key", "label_folded"),
)

customer_settings = Table(
    "customer_settings",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("values", JSONB, nullable=False),
    Column("version", Integer, nullable=False),
    moment("updated_at"),
    CheckConstraint("id = 1", name="one_row"),
)
