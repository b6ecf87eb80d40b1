"""Search, filters, tags that can be joined, options that can be joined, long work."""

from __future__ import annotations

import orjson
from alembic import op
from sqlalchemy import Connection, text

from identity import ContactPoint, Identity
from servicekit.jobs.tables import create_jobs_v1, drop_jobs_v1
from services.customers.fields.domain.searchable import searchable
from services.customers.registry.domain.entries import found_by

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    create_jobs_v1(op)
    op.execute(_COLUMNS)
    op.execute(_TABLES)
    _fill_contact_points(op.get_bind())
    _fill_custom_search(op.get_bind())
    op.execute(_FILL_SEARCH)
    op.execute(_INDEXES)
    op.execute(_STATISTICS)
    op.execute(_INDEXES_OF_FIELDS)


def downgrade() -> None:
    op.execute(_WITHOUT_STATISTICS)
    op.execute("DROP TABLE bulk_refusal, bulk_target, saved_filter, customer_search")
    op.execute(_WITHOUT_COLUMNS)
    drop_jobs_v1(op)


# Fields that are there already; new ones ask for theirs. A worker makes them (fields/indexing.py).
_INDEXES_OF_FIELDS = """
INSERT INTO job (id, kind, created_by, parameters, total)
SELECT gen_random_uuid(), 'index_field', 'migration', jsonb_build_object('key', key), 1
FROM custom_field WHERE type IN ('number', 'date', 'datetime', 'text', 'url')
"""

# Tiny teams, rare tags and the newest days are small parts, which a coarse histogram takes for large ones.
_STATISTICS = """
ALTER TABLE customer_search ALTER COLUMN team_ids SET STATISTICS 1000;
ALTER TABLE customer ALTER COLUMN tag_ids SET STATISTICS 1000,
                     ALTER COLUMN created_at SET STATISTICS 1000,
                     ALTER COLUMN updated_at SET STATISTICS 1000;
ALTER TABLE customer_activity ALTER COLUMN last_at SET STATISTICS 1000;
"""

_WITHOUT_STATISTICS = """
ALTER TABLE customer ALTER COLUMN tag_ids SET STATISTICS -1,
                     ALTER COLUMN created_at SET STATISTICS -1,
                     ALTER COLUMN updated_at SET STATISTICS -1;
ALTER TABLE customer_activity ALTER COLUMN last_at SET STATISTICS -1;
"""

_COLUMNS = """
ALTER TABLE customer ADD COLUMN custom_search jsonb NOT NULL DEFAULT '{}';

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

_BATCH = 5_000

_POINTS_AFTER = text("""
    SELECT id, kind, value, space, identity FROM contact_point
    WHERE CAST(:after AS uuid) IS NULL OR id > :after ORDER BY id LIMIT :limit""")
_FILL_POINTS = text("""
    UPDATE contact_point p SET search = w.search
    FROM unnest(CAST(:ids AS uuid[]), CAST(:searches AS text[])) AS w (id, search) WHERE p.id = w.id""")


def _fill_contact_points(connection: Connection) -> None:
    """In Python, since only libs/identity knows the spellings of a line."""
    after = None
    while rows := connection.execute(_POINTS_AFTER, {"after": after, "limit": _BATCH}).all():
        points = [ContactPoint(r.kind, r.value, "", Identity(r.space, r.identity)) for r in rows]
        filled = {"ids": [row.id for row in rows], "searches": [found_by(point) for point in points]}
        connection.execute(_FILL_POINTS, filled)
        after = rows[-1].id


_CUSTOM_AFTER = text("""
    SELECT id, custom FROM customer
    WHERE custom <> '{}' AND (CAST(:after AS uuid) IS NULL OR id > :after) ORDER BY id LIMIT :limit""")
_FILL_CUSTOM = text("""
    UPDATE customer c SET custom_search = w.search
    FROM unnest(CAST(:ids AS uuid[]), CAST(:searches AS jsonb[])) AS w (id, search) WHERE c.id = w.id""")


def _fill_custom_search(connection: Connection) -> None:
    """In Python, which folds texts as nothing else does."""
    after = None
    while rows := connection.execute(_CUSTOM_AFTER, {"after": after, "limit": _BATCH}).all():
        searches = [orjson.dumps(searchable(row.custom)).decode() for row in rows]
        connection.execute(_FILL_CUSTOM, {"ids": [row.id for row in rows], "searches": searches})
        after = rows[-1].id


# As registry/index.py writes it, before the indexes are there: a tenth of the time.
_FILL_SEARCH = """
INSERT INTO customer_search (customer_id, team_ids, tag_ids, name_search, text)
SELECT c.id, c.team_ids, c.tag_ids, c.name_search,
       E'\\n' || c.name_search || E'\\n' || coalesce(p.entries, '')
FROM customer c LEFT JOIN (
    SELECT customer_id, string_agg(entry || E'\\n', '' ORDER BY entry COLLATE "C") AS entries
    FROM (SELECT DISTINCT customer_id, replace(search, ' ', E'\\n') AS entry FROM contact_point) each
    GROUP BY customer_id) p ON p.customer_id = c.id
WHERE c.live
"""

_INDEXES = """
CREATE INDEX customer_custom_idx ON customer USING gin (custom_search jsonb_path_ops) WHERE live;
CREATE INDEX customer_search_teams_idx ON customer_search USING gin (team_ids);
CREATE INDEX customer_search_tags_idx ON customer_search USING gin (tag_ids);
CREATE INDEX customer_search_prefix_idx ON customer_search (name_search text_pattern_ops, customer_id);
CREATE INDEX customer_search_name_idx ON customer_search USING gin (name_search gin_trgm_ops);
CREATE INDEX customer_search_text_idx ON customer_search USING gin (text gin_trgm_ops);
"""
