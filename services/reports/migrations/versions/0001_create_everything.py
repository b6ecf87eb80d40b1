"""Templates, uploads, runs, former labels."""

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
    op.execute("DROP TABLE former_label, present_label, report_run, report_upload, report_template")
    drop_jobs_v1(op)
    drop_plumbing_v1(op)


_TABLES = """
CREATE TABLE report_template (
    id uuid NOT NULL,
    owner_id uuid NOT NULL,
    shared_team_id uuid,
    shared_with_all boolean DEFAULT 'false' NOT NULL,
    name text NOT NULL,
    name_folded text NOT NULL,
    configuration jsonb NOT NULL,
    source jsonb,
    columns jsonb NOT NULL,
    names_contact boolean NOT NULL,
    version bigint DEFAULT '1' NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT report_template_pkey PRIMARY KEY (id),
    CONSTRAINT report_template_shared_once_check CHECK (NOT shared_with_all OR shared_team_id IS NULL)
);
CREATE UNIQUE INDEX report_template_name_key ON report_template (owner_id, name_folded);
CREATE INDEX report_template_team_idx ON report_template (shared_team_id) WHERE shared_team_id IS NOT NULL;
CREATE INDEX report_template_all_idx ON report_template (shared_with_all) WHERE shared_with_all;
CREATE TABLE report_upload (
    id uuid NOT NULL,
    created_by text NOT NULL,
    job_id uuid NOT NULL,
    filename text NOT NULL,
    size bigint NOT NULL,
    sha256 text NOT NULL,
    storage_key text,
    columnar_key text,
    rows integer,
    columns jsonb,
    problems jsonb DEFAULT '[]'::jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT report_upload_pkey PRIMARY KEY (id)
);
CREATE INDEX report_upload_owner_idx ON report_upload (created_by, created_at DESC, id DESC);
CREATE INDEX report_upload_all_idx ON report_upload (created_at DESC, id DESC);
CREATE INDEX report_upload_expiry_idx ON report_upload (expires_at);
CREATE TABLE report_run (
    id uuid NOT NULL,
    created_by text NOT NULL,
    job_id uuid NOT NULL,
    name text NOT NULL,
    asked jsonb NOT NULL,
    source jsonb,
    masked boolean NOT NULL,
    rights jsonb,
    files jsonb,
    summary jsonb,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    CONSTRAINT report_run_pkey PRIMARY KEY (id)
);
CREATE INDEX report_run_owner_idx ON report_run (created_by, created_at DESC, id DESC);
CREATE INDEX report_run_all_idx ON report_run (created_at DESC, id DESC);
CREATE INDEX report_run_expires_idx ON report_run (expires_at) WHERE files IS NOT NULL;
CREATE TABLE present_label (
    labelled_id uuid NOT NULL,
    field text NOT NULL,
    label text NOT NULL,
    joined_to uuid,
    revision bigint NOT NULL,
    CONSTRAINT present_label_pkey PRIMARY KEY (labelled_id)
);
CREATE TABLE former_label (
    labelled_id uuid NOT NULL,
    label_folded text NOT NULL,
    field text NOT NULL,
    CONSTRAINT former_label_pkey PRIMARY KEY (labelled_id, label_folded)
);
CREATE INDEX former_label_field_idx ON former_label (field);
"""
