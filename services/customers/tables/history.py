"""What happened with a customer: conversations and their messages, appointments, purchases."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.customers.tables.columns import customer_id, metadata, moment

# One row per conversation, appointment or purchase. It keeps the customer id it was written with.
interaction = Table(
    "interaction",
    metadata,
    Column("id", Uuid, primary_key=True),
    customer_id(),
    Column("kind", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    moment("at"),
    Column("channel", Text, nullable=False),
    Column("team_id", Uuid),
    Column("assignee_id", Uuid),
    Column("status", Text, nullable=False),
    Column("body", JSONB, nullable=False, server_default="{}"),
    Column("clocks", JSONB, nullable=False, server_default="{}"),  # per part, the time of its event
    Column("messages", Integer, nullable=False, server_default="0"),
    moment("last_message_at", required=False),
    Column("last_preview", Text),
    UniqueConstraint("source", "external_id", "kind"),
    # Of whoever sees everything, and of agents: what the first leaves out keeps it from being taken for them.
    Index(
        "interaction_feed_idx",
        "customer_id",
        "kind",
        text("at DESC"),
        text("id DESC"),
        postgresql_where=text("kind <> 'contact'"),
    ),
    Index("interaction_team_feed_idx", "customer_id", "kind", "team_id", text("at DESC"), text("id DESC")),
)

message = Table(
    "message",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("interaction_id", Uuid, ForeignKey("interaction.id"), nullable=False),
    Column("source", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    moment("at"),
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
    moment("first_seen"),
    moment("last_seen"),
)

# How many of a kind belong to a customer, by their team: everybody is told of what they may see. The nil
# UUID stands for no team. Purchases have a row for each currency, with the sum of those not cancelled.
history_count = Table(
    "history_count",
    metadata,
    customer_id(),
    Column("kind", Text, nullable=False),
    Column("team_id", Uuid, nullable=False),
    Column("currency", Text, nullable=False),
    Column("items", BigInteger, nullable=False),
    Column("amount", Numeric, nullable=False, server_default="0"),
    PrimaryKeyConstraint("customer_id", "kind", "team_id", "currency"),
    postgresql_with={"fillfactor": "80"},
)

# Where connectors were heard from.
channel_account = Table(
    "channel_account",
    metadata,
    Column("source", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    moment("first_seen"),
    moment("last_seen"),
    Index("channel_account_channel_idx", "channel"),
)
