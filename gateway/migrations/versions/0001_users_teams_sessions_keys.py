"""Users, teams, memberships, sessions, API keys, the audit trail, and the plumbing."""

from alembic import op

from servicekit.database.tables import create_plumbing_v1, drop_plumbing_v1

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE account (
            id uuid CONSTRAINT account_pkey PRIMARY KEY,
            email text NOT NULL,
            email_folded text NOT NULL CONSTRAINT account_email_folded_key UNIQUE,
            name text NOT NULL,
            role text NOT NULL CONSTRAINT account_role_check CHECK (role IN ('admin', 'agent')),
            active boolean NOT NULL DEFAULT true,
            password_hash text NOT NULL,
            version integer NOT NULL DEFAULT 1,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE TABLE team (
            id uuid CONSTRAINT team_pkey PRIMARY KEY,
            name text NOT NULL,
            name_folded text NOT NULL CONSTRAINT team_name_folded_key UNIQUE,
            version integer NOT NULL DEFAULT 1,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE TABLE membership (
            user_id uuid NOT NULL CONSTRAINT membership_user_id_fkey REFERENCES account (id),
            team_id uuid NOT NULL CONSTRAINT membership_team_id_fkey REFERENCES team (id),
            created_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT membership_pkey PRIMARY KEY (user_id, team_id)
        );
        CREATE INDEX membership_team_id_idx ON membership (team_id);
        CREATE TABLE session (
            id uuid CONSTRAINT session_pkey PRIMARY KEY,
            token_hash bytea NOT NULL CONSTRAINT session_token_hash_key UNIQUE,
            user_id uuid NOT NULL CONSTRAINT session_user_id_fkey REFERENCES account (id),
            created_at timestamptz NOT NULL DEFAULT now(),
            expires_at timestamptz NOT NULL
        );
        CREATE INDEX session_user_id_idx ON session (user_id);
        CREATE INDEX session_expires_at_idx ON session (expires_at);
        CREATE TABLE api_key (
            id uuid CONSTRAINT api_key_pkey PRIMARY KEY,
            token_hash bytea NOT NULL CONSTRAINT api_key_token_hash_key UNIQUE,
            name text NOT NULL,
            role text NOT NULL CONSTRAINT api_key_role_check CHECK (role IN ('admin', 'agent', 'connector')),
            team_ids uuid[] NOT NULL DEFAULT '{}',
            source text,
            created_at timestamptz NOT NULL DEFAULT now(),
            created_by uuid NOT NULL,
            expires_at timestamptz,
            CONSTRAINT api_key_source_check CHECK ((role = 'connector') = (source IS NOT NULL))
        );
        CREATE TABLE login_attempt (
            bucket bytea CONSTRAINT login_attempt_pkey PRIMARY KEY,
            attempts integer NOT NULL,
            ends_at timestamptz NOT NULL
        );
        CREATE INDEX login_attempt_ends_at_idx ON login_attempt (ends_at);
        CREATE TABLE directory_state (
            id smallint CONSTRAINT directory_state_pkey PRIMARY KEY,
            revision bigint NOT NULL,
            CONSTRAINT directory_state_one_row_check CHECK (id = 1)
        );
        CREATE TABLE audit_entry (
            id uuid CONSTRAINT audit_entry_pkey PRIMARY KEY,
            at timestamptz NOT NULL DEFAULT now(),
            user_id uuid NOT NULL,
            operation text NOT NULL,
            target text,
            outcome text NOT NULL,
            request_id text NOT NULL
        );
        """
    )
    create_plumbing_v1(op)


def downgrade() -> None:
    drop_plumbing_v1(op)
    op.execute(
        "DROP TABLE audit_entry, directory_state, login_attempt, api_key, session, membership, team, account"
    )
