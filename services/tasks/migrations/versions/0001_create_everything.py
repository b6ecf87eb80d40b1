"""Notes, tasks, comments and what became of them."""

from alembic import op

from directory.tables import create_directory_v1
from servicekit.database.tables import create_plumbing_v1, drop_plumbing_v1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_plumbing_v1(op)
    create_directory_v1(op)
    op.execute(
        """
        CREATE TABLE note (
            id uuid CONSTRAINT note_pkey PRIMARY KEY,
            customer_id uuid NOT NULL,
            team_id uuid,
            author_id uuid NOT NULL,
            body text NOT NULL,
            pinned boolean NOT NULL DEFAULT false,
            version integer NOT NULL DEFAULT 1,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            deleted_at timestamptz
        );
        CREATE INDEX note_feed_idx ON note (customer_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
        CREATE INDEX note_team_feed_idx ON note (customer_id, team_id, created_at DESC, id DESC)
            WHERE deleted_at IS NULL;
        CREATE INDEX note_pinned_idx ON note (customer_id, created_at DESC, id DESC)
            WHERE pinned AND deleted_at IS NULL;
        CREATE INDEX note_team_pinned_idx ON note (customer_id, team_id, created_at DESC, id DESC)
            WHERE pinned AND deleted_at IS NULL;
        CREATE INDEX note_team_idx ON note (team_id, id) WHERE deleted_at IS NULL;
        CREATE INDEX note_deleted_idx ON note (customer_id) WHERE deleted_at IS NOT NULL;

        CREATE TABLE note_count (
            customer_id uuid,
            team_id uuid,
            notes bigint NOT NULL,
            CONSTRAINT note_count_pkey PRIMARY KEY (customer_id, team_id)
        );

        CREATE TABLE note_change (
            id uuid CONSTRAINT note_change_pkey PRIMARY KEY,
            note_id uuid NOT NULL CONSTRAINT note_change_note_id_fkey REFERENCES note,
            at timestamptz NOT NULL,
            by uuid,
            kind text NOT NULL,
            before jsonb,
            after jsonb
        );
        CREATE INDEX note_change_feed_idx ON note_change (note_id, at DESC, id DESC);

        CREATE TABLE task (
            id uuid CONSTRAINT task_pkey PRIMARY KEY,
            customer_id uuid,
            title text NOT NULL,
            description text,
            due_at timestamptz,
            due_order timestamptz GENERATED ALWAYS AS (coalesce(due_at, 'infinity'::timestamptz)) STORED,
            responsible_id uuid NOT NULL,
            author_id uuid NOT NULL,
            priority text NOT NULL DEFAULT 'medium'
                CONSTRAINT task_priority_check CHECK (priority IN ('low', 'medium', 'high', 'urgent')),
            status text NOT NULL DEFAULT 'open'
                CONSTRAINT task_status_check CHECK (status IN ('open', 'in_progress', 'done', 'cancelled')),
            held_status text,
            reminded_at timestamptz,
            completed_at timestamptz,
            version integer NOT NULL DEFAULT 1,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            deleted_at timestamptz
        );
        CREATE INDEX task_due_order_idx ON task (status, due_order, id)
            WHERE deleted_at IS NULL AND due_order IS NOT NULL;
        CREATE INDEX task_newest_idx ON task (status, id DESC)
            WHERE deleted_at IS NULL AND version > 0;
        CREATE INDEX task_customer_due_order_idx ON task (customer_id, status, due_order, id)
            WHERE deleted_at IS NULL AND due_order IS NOT NULL;
        CREATE INDEX task_customer_newest_idx ON task (customer_id, status, id DESC)
            WHERE deleted_at IS NULL AND version > 0;
        CREATE INDEX task_responsible_due_order_idx ON task (responsible_id, status, due_order, id)
            WHERE deleted_at IS NULL AND due_order IS NOT NULL;
        CREATE INDEX task_responsible_newest_idx ON task (responsible_id, status, id DESC)
            WHERE deleted_at IS NULL AND version > 0;
        CREATE INDEX task_deleted_idx ON task (customer_id) WHERE deleted_at IS NOT NULL;
        CREATE INDEX task_due_idx ON task (due_at)
            WHERE status IN ('open', 'in_progress') AND reminded_at IS NULL AND deleted_at IS NULL;

        CREATE TABLE task_change (
            id uuid CONSTRAINT task_change_pkey PRIMARY KEY,
            task_id uuid NOT NULL CONSTRAINT task_change_task_id_fkey REFERENCES task,
            at timestamptz NOT NULL,
            by uuid,
            field text NOT NULL,
            before jsonb,
            after jsonb
        );
        CREATE INDEX task_change_feed_idx ON task_change (task_id, at DESC, id DESC);
        CREATE INDEX task_change_from_customer_idx ON task_change (before) WHERE field = 'customer';
        CREATE INDEX task_change_to_customer_idx ON task_change (after) WHERE field = 'customer';

        CREATE TABLE comment (
            id uuid CONSTRAINT comment_pkey PRIMARY KEY,
            task_id uuid NOT NULL CONSTRAINT comment_task_id_fkey REFERENCES task,
            author_id uuid NOT NULL,
            body text NOT NULL,
            version integer NOT NULL DEFAULT 1,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            deleted_at timestamptz
        );
        CREATE INDEX comment_feed_idx ON comment (task_id, id);

        CREATE TABLE customer_state (
            customer_id uuid NOT NULL,
            root_id uuid NOT NULL,
            revision bigint NOT NULL,
            state text NOT NULL
                CONSTRAINT customer_state_state_check CHECK (state IN ('deleted', 'live', 'purged')),
            CONSTRAINT customer_state_pkey PRIMARY KEY (customer_id, root_id)
        );
        CREATE INDEX customer_state_root_idx ON customer_state (root_id);
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE customer_state, comment, task_change, task, note_change, note_count, note")
    op.execute("DROP TABLE directory_state, directory_user, directory_team")
    drop_plumbing_v1(op)
