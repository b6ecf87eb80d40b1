"""What imports did: each row takes effect once, and an import can be undone."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(_EFFECTS)


def downgrade() -> None:
    op.execute("DROP TABLE import_effect")


_EFFECTS = """
CREATE TABLE import_effect (
    run_id uuid NOT NULL,
    n integer NOT NULL,
    position bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    customer_id uuid,
    outcome text NOT NULL,
    version integer,
    answer jsonb,
    effect jsonb,
    undone jsonb,
    at timestamptz NOT NULL,
    CONSTRAINT import_effect_pkey PRIMARY KEY (run_id, n)
);
CREATE INDEX import_effect_changed_idx ON import_effect (run_id, customer_id)
    WHERE outcome IN ('created', 'updated', 'merged');
CREATE INDEX import_effect_customer_idx ON import_effect (customer_id);
CREATE INDEX import_effect_at_idx ON import_effect USING brin (at);
"""
