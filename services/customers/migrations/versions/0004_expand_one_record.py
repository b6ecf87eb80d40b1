"""Merges: the ledger, and what a customer shows of the records that it is made of."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(_LEDGER)
    op.execute(_SHOWN)
    op.execute(_FILL)


def downgrade() -> None:
    op.execute(_BEFORE)


_LEDGER = """
CREATE TABLE merge (
    id uuid CONSTRAINT merge_pkey PRIMARY KEY,
    primary_id uuid NOT NULL CONSTRAINT merge_primary_id_fkey REFERENCES customer,
    state text NOT NULL DEFAULT 'applied',
    revision bigint NOT NULL,
    chosen jsonb NOT NULL DEFAULT '{}',
    merged_by uuid,
    merged_at timestamptz NOT NULL,
    undo_until timestamptz NOT NULL,
    undone_by uuid,
    undone_at timestamptz,
    "left" jsonb,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT merge_state_check CHECK (state IN ('applied', 'undone'))
);
CREATE INDEX merge_primary_idx ON merge (primary_id, id DESC);
CREATE INDEX merge_merged_at_idx ON merge (merged_at DESC, id DESC);

CREATE TABLE merge_member (
    merge_id uuid NOT NULL CONSTRAINT merge_member_merge_id_fkey REFERENCES merge,
    customer_id uuid NOT NULL CONSTRAINT merge_member_customer_id_fkey REFERENCES customer,
    position smallint NOT NULL,
    brought jsonb,
    CONSTRAINT merge_member_pkey PRIMARY KEY (merge_id, customer_id)
);
CREATE INDEX merge_member_customer_idx ON merge_member (customer_id);
CREATE INDEX merge_member_brought_idx ON merge_member (merge_id) WHERE brought IS NOT NULL;
"""

# Old replicas write contact points without a root: then it is the record itself.
_SHOWN = """
ALTER TABLE customer ADD COLUMN primary_ids jsonb;
ALTER TABLE customer_activity ADD COLUMN own_at timestamptz;
ALTER TABLE contact_point ADD COLUMN root_id uuid;
ALTER TABLE change ADD COLUMN withheld boolean NOT NULL DEFAULT false;

CREATE FUNCTION contact_point_root() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.root_id := NEW.customer_id;
    RETURN NEW;
END $$;
CREATE TRIGGER contact_point_root BEFORE INSERT ON contact_point
    FOR EACH ROW WHEN (NEW.root_id IS NULL) EXECUTE FUNCTION contact_point_root();
"""

_FILL = """
UPDATE contact_point p SET root_id = c.root_id FROM customer c WHERE c.id = p.customer_id;
ALTER TABLE contact_point ALTER COLUMN root_id SET NOT NULL;
CREATE INDEX contact_point_root_idx ON contact_point (root_id, kind);
"""

_BEFORE = """
ALTER TABLE change DROP COLUMN withheld;
DROP TRIGGER contact_point_root ON contact_point;
DROP FUNCTION contact_point_root;
ALTER TABLE contact_point DROP COLUMN root_id;
ALTER TABLE customer_activity DROP COLUMN own_at;
ALTER TABLE customer DROP COLUMN primary_ids;
DROP TABLE merge_member, merge;
"""
