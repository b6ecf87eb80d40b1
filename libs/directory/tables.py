"""The three tables of the copy, and their migration; released versions of the latter are never edited."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
)

# For catalogues of who is held where (servicekit.database.catalogue): a copy of it holds only its own ids.
OTHER_DIRECTORY: Final = {"directory_team": "id", "directory_user": "id team_ids"}


class DirectoryTables(NamedTuple):
    """The tables of one metadata. `state` has one row at most: the revision of the copy."""

    team: Table
    user: Table
    state: Table


def add_directory_tables(metadata: MetaData) -> DirectoryTables:
    """Adds directory_team, directory_user and directory_state to `metadata`."""
    return DirectoryTables(
        Table(
            "directory_team",
            metadata,
            Column("id", Uuid, primary_key=True),
            Column("name", Text, nullable=False),
            Column("name_folded", Text, nullable=False),
            Index("directory_team_name_folded_idx", "name_folded"),
        ),
        Table(
            "directory_user",
            metadata,
            Column("id", Uuid, primary_key=True),
            Column("name", Text, nullable=False),
            Column("role", Text, nullable=False),
            Column("active", Boolean, nullable=False),
            Column("team_ids", ARRAY(Uuid), nullable=False),
        ),
        Table(
            "directory_state",
            metadata,
            Column("id", SmallInteger, primary_key=True, autoincrement=False),
            Column("revision", BigInteger, nullable=False),
            CheckConstraint("id = 1", name="one_row"),
        ),
    )


def create_directory_v1(op: Any) -> None:
    """The tables as of version 1; `op` is `alembic.op`."""
    op.execute(_DIRECTORY_V1)


_DIRECTORY_V1: Final = """
CREATE TABLE directory_team (
    id uuid NOT NULL,
    name text NOT NULL,
    name_folded text NOT NULL,
    CONSTRAINT directory_team_pkey PRIMARY KEY (id)
);
CREATE INDEX directory_team_name_folded_idx ON directory_team (name_folded);
CREATE TABLE directory_user (
    id uuid NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    active boolean NOT NULL,
    team_ids uuid[] NOT NULL,
    CONSTRAINT directory_user_pkey PRIMARY KEY (id)
);
CREATE TABLE directory_state (
    id smallint NOT NULL,
    revision bigint NOT NULL,
    CONSTRAINT directory_state_pkey PRIMARY KEY (id),
    CONSTRAINT directory_state_one_row_check CHECK (id = 1)
);
"""

TABLES: Final = add_directory_tables(MetaData())
