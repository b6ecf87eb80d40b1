"""What customers are found by, and the filters that people keep."""

from __future__ import annotations

from sqlalchemy import ARRAY, CheckConstraint, Column, Index, Integer, Table, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from services.customers.tables.columns import customer_id, metadata, moment

# One slim row for each live customer, so that a search reads little and a message rewrites none of it.
# Kept by registry/index.py in the transaction of whatever changed the customer.
customer_search = Table(
    "customer_search",
    metadata,
    customer_id(primary_key=True),
    Column("team_ids", ARRAY(Uuid), nullable=False),
    Column("tag_ids", ARRAY(Integer), nullable=False),
    Column("name_search", Text, nullable=False),
    Column("text", Text, nullable=False),  # the name and every contact point's `search`
    Index("customer_search_teams_idx", "team_ids", postgresql_using="gin"),
    Index("customer_search_tags_idx", "tag_ids", postgresql_using="gin"),
    Index(
        "customer_search_prefix_idx",
        "name_search",
        "customer_id",
        postgresql_ops={"name_search": "text_pattern_ops"},
    ),
    Index(
        "customer_search_name_idx",
        "name_search",
        postgresql_using="gin",
        postgresql_ops={"name_search": "gin_trgm_ops"},
    ),
    Index(
        "customer_search_text_idx", "text", postgresql_using="gin", postgresql_ops={"text": "gin_trgm_ops"}
    ),
)

saved_filter = Table(
    "saved_filter",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, nullable=False),
    Column("shared_team_id", Uuid, index=True),
    Column("name", Text, nullable=False),
    Column("name_folded", Text, nullable=False),
    Column("q", Text),
    Column("filter", JSONB),  # tags, teams and options by id, so that it follows renames
    Column("sort", Text),
    Column("columns", JSONB),
    Column("time_zone", Text, nullable=False),  # what "today" meant to whoever saved it
    Column("version", Integer, nullable=False, server_default="1"),
    moment("created_at"),
    moment("updated_at"),
    UniqueConstraint("owner_id", "name_folded"),
    CheckConstraint("char_length(name) BETWEEN 1 AND 100", name="name_length"),
)
