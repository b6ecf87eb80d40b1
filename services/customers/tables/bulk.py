"""Bulk actions: whom one is about, and whom it was refused for. The job itself is in `job`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Table, Text, Uuid

from services.customers.tables.columns import metadata

# The customers selected when the action began, in the order in which they are changed.
bulk_target = Table(
    "bulk_target",
    metadata,
    Column("job_id", Uuid, ForeignKey("job.id", ondelete="CASCADE"), primary_key=True),
    Column("customer_id", Uuid, primary_key=True),
)

bulk_refusal = Table(
    "bulk_refusal",
    metadata,
    Column("job_id", Uuid, ForeignKey("job.id", ondelete="CASCADE"), primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("customer_id", Uuid, nullable=False),
    Column("code", Text, nullable=False),
    Column("detail", Text, nullable=False),
)
