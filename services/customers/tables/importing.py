"""What imports did: by this a row takes effect once, and an import is undone."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Identity, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from services.customers.tables.columns import metadata, moment

# One row for each row of a file that was decided for good. `answer`: what was told besides, if anything.
# `effect`: what it changed of a customer that was there, with the values before and after; see
# importing/domain/effects.py. `undone`: what its undoing left of it.
import_effect = Table(
    "import_effect",
    metadata,
    Column("run_id", Uuid, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("position", BigInteger, Identity(always=True), nullable=False),  # the order of taking effect
    Column("customer_id", Uuid),
    Column("outcome", Text, nullable=False),
    Column("version", Integer),  # the customer's, as the batch left it
    Column("answer", JSONB),
    Column("effect", JSONB),
    Column("undone", JSONB),
    moment("at"),
    # Whom an import changed, for its undoing.
    Index(
        "import_effect_changed_idx",
        "run_id",
        "customer_id",
        postgresql_where=text("outcome IN ('created', 'updated', 'merged')"),
    ),
    Index("import_effect_customer_idx", "customer_id"),
    Index("import_effect_at_idx", "at", postgresql_using="brin"),  # rows come in this order
)
