"""Search, filters, tags that can be joined, options that can be joined, long work."""

from __future__ import annotations

from alembic import op

from servicekit.jobs.tables import create_jobs_v1, drop_jobs_v1

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    create_jobs_v1(op)
    op.execute(_COLUMNS)
    op.execute(_TABLES)
    op.execute(_STATISTICS)


def downgrade() -> None:
    op.execute("DROP TABLE bulk_refusal, bulk_target, saved_filter, customer_search")
    op.execute(_WITHOUT_COLUMNS)
    drop_jobs_v1(op)


_STATISTICS = "ALTER TABLE customer_search ALTER COLUMN team_ids SET STATISTICS 1000"

_COLUMNS = """
ALTER TABLE customer ADD COLUMN custom_search jsonb NOT NULL DEFAULT '{}';
CREATE INDEX customer_custom_idx ON customer USING gin (custom_search jsonb_path_ops) WHERE live;

ALTER TABLE contact_point ADD COLUMN search text NOT NULL DEFAULT '';

ALTER TABLE tag ADD COLUMN joined_to integer CONSTRAINT tag_joined_to_fkey REFERENCES tag (id),
                ADD COLUMN version integer NOT NULL DEFAULT 1,
                ADD COLUMN updated_at timestamptz,
                ADD COLUMN deleted_at timestamptz,
                DROP CONSTRAINT tag_name_folded_key;
UPDATE tag SET updated_at = created_at;
ALTER TABLE tag ALTER COLUMN updated_at SET NOT NULL;
CREATE UNIQUE INDEX tag_name_folded_key ON tag (name_folded) WHERE deleted_at IS NULL;
CREATE INDEX tag_members_idx ON tag (joined_to) WHERE joined_to IS NOT NULL;

ALTER TABLE custom_option ADD COLUMN joined_to integer
    CONSTRAINT custom_option_joined_to_fkey REFERENCES custom_option (id);
"""

_WITHOUT_COLUMNS = """
ALTER TABLE custom_option DROP COLUMN joined_to;
DELETE FROM tag WHERE deleted_at IS NOT NULL;
ALTER TABLE tag DROP COLUMN joined_to, DROP COLUMN version, DROP COLUMN updated_at, DROP COLUMN deleted_at,
                ADD CONSTRAINT tag_name_folded_key UNIQUE (name_folded);
ALTER TABLE contact_point DROP COLUMN search;
ALTER TABLE customer DROP COLUMN custom_search;
"""

_TABLES = """
CREATE TABLE customer_search (
    customer_id uuid NOT NULL,
    team_ids uuid[] NOT NULL,
    tag_ids integer[] NOT NULL,
    name_search text NOT NULL,
    text text NOT NULL,
    CONSTRAINT customer_search_pkey PRIMARY KEY (customer_id),
    CONSTRAINT customer_search_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customer (id)
);
CREATE INDEX customer_search_teams_idx ON customer_search USING gin (team_ids);
CREATE INDEX customer_search_tags_idx ON customer_search USING gin (tag_ids);
CREATE INDEX customer_search_prefix_idx ON customer_search (name_search text_pattern_ops, customer_id);
CREATE INDEX customer_search_name_idx ON customer_search USING gin (name_search gin_trgm_ops);
CREATE INDEX customer_search_text_idx ON customer_search USING gin (text gin_trgm_ops);

CREATE TABLE saved_filter (
    id uuid NOT NULL,
    owner_id uuid NOT NULL,
    shared_team_id uuid,
    name text NOT NULL,
    name_folded text NOT NULL,
    q text,
    filter jsonb,
    sort text,
    columns jsonb,
    time_zone text NOT NULL,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT saved_filter_pkey PRIMARY KEY (id),
    CONSTRAINT saved_filter_owner_id_name_folded_key UNIQUE (owner_id, name_folded),
    CONSTRAINT saved_filter_name_length_check CHECK (char_length(name) BETWEEN 1 AND 100)
);
CREATE INDEX saved_filter_shared_team_id_idx ON saved_filter (shared_team_id);

CREATE TABLE bulk_target (
    job_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    CONSTRAINT bulk_target_pkey PRIMARY KEY (job_id, customer_id),
    CONSTRAINT bulk_target_job_id_fkey FOREIGN KEY (job_id) REFERENCES job (id) ON DELETE CASCADE
);

CREATE TABLE bulk_refusal (
    job_id uuid NOT NULL,
    position bigint NOT NULL,
    customer_id uuid NOT NULL,
    code text NOT NULL,
    detail text NOT NULL,
    CONSTRAINT bulk_refusal_pkey PRIMARY KEY (job_id, position),
    CONSTRAINT bulk_refusal_job_id_fkey FOREIGN KEY (job_id) REFERENCES job (id) ON DELETE CASCADE
);
"""
