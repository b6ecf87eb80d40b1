"""Imports with their rows, saved mappings, exports."""

from alembic import op

from servicekit.database.tables import create_plumbing_v1, drop_plumbing_v1
from servicekit.jobs.tables import create_jobs_v1, drop_jobs_v1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_plumbing_v1(op)
    create_jobs_v1(op)
    op.execute(_TABLES)


def downgrade() -> None:
    op.execute("DROP TABLE export_run, import_mapping, import_part, import_decision, import_row, import_run")
    drop_jobs_v1(op)
    drop_plumbing_v1(op)


_TABLES = """
CREATE TABLE import_run (
    id uuid NOT NULL,
    created_by text NOT NULL,
    phase text DEFAULT 'reading' NOT NULL,
    job_id uuid,
    filename text NOT NULL,
    size bigint NOT NULL,
    sha256 text NOT NULL,
    storage_key text,
    detected jsonb,
    suggested jsonb,
    mapping jsonb,
    options jsonb,
    rights jsonb,
    rows integer,
    blank integer,
    counts jsonb DEFAULT '{}'::jsonb NOT NULL,
    found jsonb DEFAULT '{}'::jsonb NOT NULL,
    problem jsonb,
    drifted integer DEFAULT '0' NOT NULL,
    undone jsonb,
    refused jsonb,
    ending text,
    version bigint DEFAULT '1' NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    CONSTRAINT import_run_pkey PRIMARY KEY (id),
    CONSTRAINT import_run_ending_check CHECK (ending IN ('cancelled', 'failed')),
    CONSTRAINT import_run_phase_check CHECK (phase IN ('reading', 'mapping', 'checking', 'checked', 'waiting', 'running', 'finished', 'undoing', 'undone', 'failed', 'cancelled'))
);
CREATE INDEX import_run_all_idx ON import_run (created_at DESC, id DESC);
CREATE INDEX import_run_file_idx ON import_run (sha256, started_at);
CREATE INDEX import_run_owner_idx ON import_run (created_by, created_at DESC, id DESC);
CREATE TABLE import_row (
    import_id uuid NOT NULL,
    n integer NOT NULL,
    cells json NOT NULL,
    form json,
    keys bigint[],
    warnings json,
    CONSTRAINT import_row_pkey PRIMARY KEY (import_id, n)
);
CREATE TABLE import_decision (
    import_id uuid NOT NULL,
    n integer NOT NULL,
    batch integer,
    outcome text NOT NULL,
    customer_id uuid,
    code text,
    drifted boolean DEFAULT 'false' NOT NULL,
    errors json,
    warnings json,
    candidates json,
    decided json,
    undone json,
    CONSTRAINT import_decision_pkey PRIMARY KEY (import_id, n),
    CONSTRAINT import_decision_outcome_check CHECK (outcome IN ('created', 'updated', 'merged', 'unchanged', 'skipped', 'refused', 'needs_review'))
) WITH (fillfactor = 85);
CREATE INDEX import_decision_batch_idx ON import_decision (import_id, batch, n);
CREATE INDEX import_decision_decided_idx ON import_decision (import_id, n) WHERE decided IS NOT NULL;
CREATE INDEX import_decision_drifted_idx ON import_decision (import_id, n) WHERE drifted;
CREATE INDEX import_decision_kept_idx ON import_decision (import_id, n)
    WHERE undone ->> 'outcome' IN ('kept', 'partly');
CREATE INDEX import_decision_outcome_idx ON import_decision (import_id, outcome, n);
CREATE TABLE import_part (
    import_id uuid NOT NULL,
    part integer NOT NULL,
    first_batch integer NOT NULL,
    last_batch integer NOT NULL,
    next_batch integer NOT NULL,
    job_id uuid,
    rows integer NOT NULL,
    done boolean DEFAULT 'false' NOT NULL,
    counts jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT import_part_pkey PRIMARY KEY (import_id, part),
    CONSTRAINT import_part_import_id_fkey FOREIGN KEY(import_id) REFERENCES import_run (id) ON DELETE CASCADE
);
CREATE TABLE import_mapping (
    id uuid NOT NULL,
    owner_id uuid NOT NULL,
    shared boolean DEFAULT 'false' NOT NULL,
    name text NOT NULL,
    name_folded text NOT NULL,
    headers text[] NOT NULL,
    mapping jsonb NOT NULL,
    version bigint DEFAULT '1' NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT import_mapping_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX import_mapping_name_key ON import_mapping (owner_id, name_folded);
CREATE INDEX import_mapping_shared_idx ON import_mapping (shared) WHERE shared;
CREATE TABLE export_run (
    id uuid NOT NULL,
    created_by text NOT NULL,
    job_id uuid NOT NULL,
    format text NOT NULL,
    columns jsonb NOT NULL,
    asked jsonb NOT NULL,
    rights jsonb,
    storage_key text,
    filename text NOT NULL,
    size bigint,
    rows bigint,
    version bigint DEFAULT '1' NOT NULL,
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    expires_at timestamptz,
    CONSTRAINT export_run_pkey PRIMARY KEY (id)
);
CREATE INDEX export_run_all_idx ON export_run (created_at DESC, id DESC);
CREATE INDEX export_run_expires_idx ON export_run (expires_at) WHERE storage_key IS NOT NULL;
CREATE INDEX export_run_owner_idx ON export_run (created_by, created_at DESC, id DESC);
"""
