"""The table of long work, and its migration. Versions as in servicekit.database.tables."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

STATUSES: Final = (
    "queued",
    "running",
    "awaiting_input",
    "succeeded",
    "partially_failed",
    "failed",
    "cancelled",
)
_QUOTED_STATUSES: Final = ", ".join(f"'{status}'" for status in STATUSES)


def add_job_table(metadata: MetaData) -> Table:
    """Adds `job` to `metadata`. Whoever holds the lease of a row works on it, and nobody else does."""
    return Table(
        "job",
        metadata,
        Column("id", Uuid, nullable=False),
        Column("kind", Text, nullable=False),
        Column("created_by", Text, nullable=False),  # a user's id
        Column("status", Text, nullable=False, server_default="queued"),
        Column("parameters", JSONB, nullable=False, server_default=text("'{}'::jsonb")),  # never change
        Column("state", JSONB, nullable=False, server_default=text("'{}'::jsonb")),  # where the work stands
        Column("counts", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
        Column("done", BigInteger, nullable=False, server_default="0"),
        Column("total", BigInteger),
        Column("problem", JSONB),  # why it failed: code, detail, reference
        Column("cancel_requested", Boolean, nullable=False, server_default="false"),
        Column("lease_token", Uuid),
        _moment("lease_until"),
        Column("attempts", Integer, nullable=False, server_default="0"),  # failures in a row
        Column("takeovers", Integer, nullable=False, server_default="0"),  # leases run out in a row
        _moment("run_after", now=True),
        Column("version", BigInteger, nullable=False, server_default="1"),  # of what is shown
        _moment("created_at", now=True),
        _moment("started_at"),
        _moment("finished_at"),
        PrimaryKeyConstraint("id", name="job_pkey"),
        CheckConstraint(f"status IN ({_QUOTED_STATUSES})", name="status"),
        Index("job_pending_idx", "run_after", postgresql_where=text("status IN ('queued', 'running')")),
        Index("job_owner_idx", "created_by", text("created_at DESC"), text("id DESC")),
        Index("job_finished_idx", "finished_at", postgresql_where=text("finished_at IS NOT NULL")),
    )


def create_jobs_v1(op: Any) -> None:
    """The table as of version 1; `op` is `alembic.op`."""
    op.execute(_JOBS_V1)


def drop_jobs_v1(op: Any) -> None:
    op.execute("DROP TABLE job")


_JOBS_V1: Final = """
CREATE TABLE job (
    id uuid NOT NULL,
    kind text NOT NULL,
    created_by text NOT NULL,
    status text NOT NULL DEFAULT 'queued',
    parameters jsonb NOT NULL DEFAULT '{}'::jsonb,
    state jsonb NOT NULL DEFAULT '{}'::jsonb,
    counts jsonb NOT NULL DEFAULT '{}'::jsonb,
    done bigint NOT NULL DEFAULT 0,
    total bigint,
    problem jsonb,
    cancel_requested boolean NOT NULL DEFAULT false,
    lease_token uuid,
    lease_until timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    takeovers integer NOT NULL DEFAULT 0,
    run_after timestamptz NOT NULL DEFAULT now(),
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz,
    CONSTRAINT job_pkey PRIMARY KEY (id),
    CONSTRAINT job_status_check CHECK (status IN ('queued', 'running', 'awaiting_input', 'succeeded',
                                                  'partially_failed', 'failed', 'cancelled'))
);
CREATE INDEX job_pending_idx ON job (run_after) WHERE status IN ('queued', 'running');
CREATE INDEX job_owner_idx ON job (created_by, created_at DESC, id DESC);
CREATE INDEX job_finished_idx ON job (finished_at) WHERE finished_at IS NOT NULL;
"""


def _moment(name: str, *, now: bool = False) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=not now, server_default=func.now() if now else None)
