"""What happened with a customer, counted by team; conversations that people ask for."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(_TABLES)
    op.execute(_FILL)
    op.execute(_INDEXES)


def downgrade() -> None:
    op.execute(_INDEXES_BEFORE)
    op.execute("DROP TABLE conversation_request, channel_account, history_count")


_TABLES = """
CREATE TABLE history_count (
    customer_id uuid NOT NULL CONSTRAINT history_count_customer_id_fkey REFERENCES customer,
    kind text NOT NULL,
    team_id uuid NOT NULL,
    currency text NOT NULL,
    items bigint NOT NULL,
    amount numeric NOT NULL DEFAULT 0,
    CONSTRAINT history_count_pkey PRIMARY KEY (customer_id, kind, team_id, currency)
) WITH (fillfactor = 80);

CREATE TABLE channel_account (
    source text CONSTRAINT channel_account_pkey PRIMARY KEY,
    channel text NOT NULL,
    first_seen timestamptz NOT NULL,
    last_seen timestamptz NOT NULL
);
CREATE INDEX channel_account_channel_idx ON channel_account (channel);

CREATE TABLE conversation_request (
    id uuid CONSTRAINT conversation_request_pkey PRIMARY KEY,
    customer_id uuid NOT NULL CONSTRAINT conversation_request_customer_id_fkey REFERENCES customer,
    contact_point_id uuid NOT NULL,
    channel text NOT NULL,
    source text NOT NULL,
    team_id uuid,
    message text,
    state text NOT NULL,
    reason text,
    interaction_id uuid,
    asked_by uuid NOT NULL,
    asked_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    closed_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT conversation_request_state_check CHECK (state IN ('asked', 'started', 'refused', 'no_connector'))
);
CREATE INDEX conversation_request_customer_idx ON conversation_request (customer_id, id DESC);
CREATE INDEX conversation_request_open_idx ON conversation_request (customer_id, expires_at)
    WHERE state = 'asked';
"""

_FILL = """
INSERT INTO history_count (customer_id, kind, team_id, currency, items)
SELECT customer_id, kind, coalesce(team_id, '00000000-0000-0000-0000-000000000000'), '', count(*)
FROM interaction GROUP BY 1, 2, 3;
INSERT INTO channel_account (source, channel, first_seen, last_seen)
SELECT source, (array_agg(channel ORDER BY at DESC))[1], min(at), max(at) FROM interaction GROUP BY source;
"""

# Old replicas list by them, too, if somewhat slower.
_INDEXES = """
DROP INDEX interaction_feed_idx, interaction_kind_feed_idx, change_feed_idx;
CREATE INDEX interaction_feed_idx ON interaction (customer_id, kind, at DESC, id DESC)
    WHERE kind <> 'contact';
CREATE INDEX interaction_team_feed_idx ON interaction (customer_id, kind, team_id, at DESC, id DESC);
CREATE INDEX change_feed_idx ON change (customer_id, (field = 'teams'), at DESC, id DESC);
"""

_INDEXES_BEFORE = """
DROP INDEX interaction_feed_idx, interaction_team_feed_idx, change_feed_idx;
CREATE INDEX interaction_feed_idx ON interaction (customer_id, at DESC, id DESC);
CREATE INDEX interaction_kind_feed_idx ON interaction (customer_id, kind, at DESC, id DESC);
CREATE INDEX change_feed_idx ON change (customer_id, at DESC, id DESC);
"""
