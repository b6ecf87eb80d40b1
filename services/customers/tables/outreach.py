"""Conversations that people here want to begin."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Integer, Table, Text, Uuid, text

from services.customers.tables.columns import customer_id, metadata, moment

# What somebody asked a connector for, and what it made of it. That time is up is seen when it is read.
conversation_request = Table(
    "conversation_request",
    metadata,
    Column("id", Uuid, primary_key=True),
    customer_id(),
    Column("contact_point_id", Uuid, nullable=False),
    Column("channel", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("team_id", Uuid),
    Column("message", Text),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("interaction_id", Uuid),
    Column("asked_by", Uuid, nullable=False),
    moment("asked_at"),
    moment("expires_at"),
    moment("closed_at", required=False),
    Column("version", Integer, nullable=False, server_default="1"),
    CheckConstraint("state IN ('asked', 'started', 'refused', 'no_connector')", name="state"),
    Index("conversation_request_customer_idx", "customer_id", text("id DESC")),
    # How many of a customer are open.
    Index(
        "conversation_request_open_idx",
        "customer_id",
        "expires_at",
        postgresql_where=text("state = 'asked'"),
    ),
)
