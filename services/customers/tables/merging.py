"""The ledger of merges. A merge itself is a pointer, `customer.root_id`: nothing else moves."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.customers.tables.columns import customer_id, metadata, moment

# One row for each merge, kept for good: what it did stays readable after it was undone.
merge = Table(
    "merge",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("primary_id", Uuid, ForeignKey("customer.id"), nullable=False),
    Column("state", Text, nullable=False, server_default="applied"),
    Column("revision", BigInteger, nullable=False),  # the survivor's, as of the merge
    Column("chosen", JSONB, nullable=False, server_default="{}"),  # by field, whose value was taken
    Column("merged_by", Uuid),
    moment("merged_at"),
    moment("undo_until"),
    Column("undone_by", Uuid),
    moment("undone_at", required=False),
    Column("left", JSONB),  # what the undoing could not take apart
    Column("version", Integer, nullable=False, server_default="1"),
    CheckConstraint("state IN ('applied', 'undone')", name="state"),
    Index("merge_primary_idx", "primary_id", text("id DESC")),
    Index("merge_merged_at_idx", text("merged_at DESC"), text("id DESC")),
)

# Whom it absorbed, each with the contact points that it brought (`brought`): what somebody took off the
# survivor comes back with whom it came from. Kept until the merge cannot be undone any more.
merge_member = Table(
    "merge_member",
    metadata,
    Column("merge_id", Uuid, ForeignKey("merge.id"), primary_key=True),
    customer_id(primary_key=True),
    Column("position", SmallInteger, nullable=False),
    Column("brought", JSONB),
    Index("merge_member_customer_idx", "customer_id"),
    Index("merge_member_brought_idx", "merge_id", postgresql_where=text("brought IS NOT NULL")),
)
