"""The index, pairs, decisions and requests for access."""

from alembic import op

from directory.tables import create_directory_v1
from servicekit.database.tables import create_plumbing_v1, drop_plumbing_v1
from servicekit.jobs.tables import create_jobs_v1, drop_jobs_v1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_plumbing_v1(op)
    create_jobs_v1(op)
    create_directory_v1(op)
    op.execute(_INDEX)
    op.execute(_PAIRS)
    op.execute(_REQUESTS)
    op.execute(_BULK_MERGES)
    op.execute(_FIRST_JOB)


def downgrade() -> None:
    op.execute("DROP TABLE merge_target, access_request, decision, scan_candidate, told_pair, pair")
    op.execute("DROP TABLE indexed_identity, left_record, indexed_record, indexed_customer")
    op.execute("DROP SEQUENCE question")
    op.execute("DROP TABLE directory_team, directory_user, directory_state")
    drop_jobs_v1(op)
    drop_plumbing_v1(op)


_INDEX = """
CREATE TABLE indexed_customer (
    customer_id uuid CONSTRAINT indexed_customer_pkey PRIMARY KEY,
    revision bigint NOT NULL,
    name text NOT NULL,
    facts jsonb NOT NULL,
    keys bigint[] NOT NULL,
    asked bigint NOT NULL DEFAULT 0,
    indexed_at timestamptz NOT NULL
);
CREATE INDEX indexed_customer_keys_idx ON indexed_customer USING gin (keys) WITH (fastupdate = off);
CREATE SEQUENCE question;

CREATE TABLE indexed_record (
    record_id uuid CONSTRAINT indexed_record_pkey PRIMARY KEY,
    customer_id uuid NOT NULL
);
CREATE INDEX indexed_record_customer_id_idx ON indexed_record (customer_id);

CREATE TABLE left_record (
    record_id uuid CONSTRAINT left_record_pkey PRIMARY KEY,
    asked bigint NOT NULL,
    left_at timestamptz NOT NULL
);
CREATE INDEX left_record_left_at_idx ON left_record (left_at);

CREATE TABLE indexed_identity (
    space text NOT NULL,
    value text NOT NULL,
    customer_id uuid NOT NULL,
    CONSTRAINT indexed_identity_pkey PRIMARY KEY (space, value, customer_id)
);
CREATE INDEX indexed_identity_customer_id_idx ON indexed_identity (customer_id);
"""

_PAIRS = """
CREATE TABLE pair (
    id uuid CONSTRAINT pair_pkey PRIMARY KEY,
    first_id uuid NOT NULL,
    second_id uuid NOT NULL,
    score smallint NOT NULL,
    shared boolean NOT NULL,
    reasons jsonb NOT NULL,
    cluster_id uuid NOT NULL,
    found_at timestamptz NOT NULL,
    CONSTRAINT pair_ordered_check CHECK (first_id < second_id)
);
CREATE UNIQUE INDEX pair_first_second_key ON pair (first_id, second_id);
CREATE INDEX pair_second_id_idx ON pair (second_id);
CREATE INDEX pair_cluster_id_idx ON pair (cluster_id);
CREATE INDEX pair_queue_idx ON pair (score DESC, id DESC);

CREATE TABLE told_pair (
    first_id uuid NOT NULL,
    second_id uuid NOT NULL,
    fields text[] NOT NULL,
    told_at timestamptz NOT NULL,
    CONSTRAINT told_pair_pkey PRIMARY KEY (first_id, second_id),
    CONSTRAINT told_pair_ordered_check CHECK (first_id < second_id)
);
CREATE INDEX told_pair_second_id_idx ON told_pair (second_id);

CREATE TABLE scan_candidate (
    n bigint CONSTRAINT scan_candidate_pkey PRIMARY KEY,
    first_id uuid NOT NULL,
    second_id uuid NOT NULL
);

CREATE TABLE decision (
    first_id uuid NOT NULL,
    second_id uuid NOT NULL,
    origin text NOT NULL,
    decided_by uuid,
    decided_at timestamptz NOT NULL,
    CONSTRAINT decision_pkey PRIMARY KEY (first_id, second_id),
    CONSTRAINT decision_ordered_check CHECK (first_id < second_id)
);
CREATE INDEX decision_second_id_idx ON decision (second_id);
"""

_REQUESTS = """
CREATE TABLE access_request (
    id uuid CONSTRAINT access_request_pkey PRIMARY KEY,
    user_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    customer_id uuid,
    matched_on text[] NOT NULL,
    state text NOT NULL DEFAULT 'pending',
    team_id uuid,
    asked_at timestamptz NOT NULL,
    decided_by uuid,
    decided_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT access_request_state_check CHECK (state IN ('pending', 'granted', 'declined'))
);
CREATE INDEX access_request_customer_id_idx ON access_request (customer_id);
CREATE INDEX access_request_user_idx ON access_request (user_id, id DESC);
CREATE INDEX access_request_state_idx ON access_request (state, id DESC);
CREATE UNIQUE INDEX access_request_token_key ON access_request (token_hash);
"""

_BULK_MERGES = """
CREATE TABLE merge_target (
    job_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    cluster_id uuid NOT NULL,
    outcome text,
    reason text,
    CONSTRAINT merge_target_pkey PRIMARY KEY (job_id, customer_id),
    CONSTRAINT merge_target_job_id_fkey FOREIGN KEY (job_id) REFERENCES job (id) ON DELETE CASCADE,
    CONSTRAINT merge_target_outcome_check CHECK (outcome IN ('survivor', 'absorbed', 'unchanged', 'refused'))
);
CREATE INDEX merge_target_cluster_idx ON merge_target (job_id, cluster_id);
CREATE INDEX merge_target_waiting_idx ON merge_target (job_id, cluster_id) WHERE outcome IS NULL;
"""

# There may be customers already: the worker fills the index as the first thing that it does.
_FIRST_JOB = """
INSERT INTO job (id, kind, created_by)
VALUES (gen_random_uuid(), 'rebuild_index', '00000000-0000-0000-0000-000000000000')
"""
