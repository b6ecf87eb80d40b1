"""The tables of the gateway's database: who may come in, and what administrators did.

Secrets are never stored: passwords as argon2id, tokens as SHA-256 of 32 random bytes.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
)

from servicekit.database.tables import NAMES, add_plumbing_tables

metadata = MetaData(naming_convention=NAMES)


def _moment(name: str, *, required: bool = True) -> Column[Any]:
    now = func.now() if required else None
    return Column(name, DateTime(timezone=True), nullable=not required, server_default=now)


def _version() -> Column[Any]:
    return Column("version", Integer, nullable=False, server_default="1")


# "user" is a reserved word in SQL.
account = Table(
    "account",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("email", Text, nullable=False),
    Column("email_folded", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("active", Boolean, nullable=False, server_default="true"),
    Column("password_hash", Text, nullable=False),
    _version(),
    _moment("created_at"),
    _moment("updated_at"),
    CheckConstraint("role IN ('admin', 'agent')", name="role"),
)

team = Table(
    "team",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_folded", Text, nullable=False, unique=True),
    _version(),
    _moment("created_at"),
    _moment("updated_at"),
)

membership = Table(
    "membership",
    metadata,
    Column("user_id", Uuid, ForeignKey("account.id"), primary_key=True),
    Column("team_id", Uuid, ForeignKey("team.id"), primary_key=True, index=True),
    _moment("created_at"),
)

session = Table(
    "session",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("user_id", Uuid, ForeignKey("account.id"), nullable=False, index=True),
    _moment("created_at"),
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
)

api_key = Table(
    "api_key",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("team_ids", ARRAY(Uuid), nullable=False, server_default="{}"),
    Column("source", Text),  # connectors: the prefix of the event sources it may write
    _moment("created_at"),
    Column("created_by", Uuid, nullable=False),
    _moment("expires_at", required=False),
    CheckConstraint("role IN ('admin', 'agent', 'connector')", name="role"),
    CheckConstraint("(role = 'connector') = (source IS NOT NULL)", name="source"),
)

# Counts attempts, not people: the bucket is a hash, so the table holds no e-mail and no address.
login_attempt = Table(
    "login_attempt",
    metadata,
    Column("bucket", LargeBinary, primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False, index=True),
)

# Rises with each change of users, teams or memberships; others keep a copy of the directory with it.
directory_state = Table(
    "directory_state",
    metadata,
    Column("id", SmallInteger, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("id", Uuid, primary_key=True),
    _moment("at"),
    Column("user_id", Uuid, nullable=False),
    Column("operation", Text, nullable=False),
    Column("target", Text),  # an id or a key, never contact data
    Column("outcome", Text, nullable=False),
    Column("request_id", Text, nullable=False),
)

# Its `inbox` holds what came through POST /v1/events, so that a repeated event is taken once.
plumbing = add_plumbing_tables(metadata)
