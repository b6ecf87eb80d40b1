"""SQL of API keys: programs that come in without a password."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select

from gateway.accounts.tokens import API_KEY, new_token
from gateway.tables import api_key
from servicekit.clock import to_rfc3339
from servicekit.errors import NotFound
from servicekit.ids import new_id


def list_keys(connection: Connection, *, limit: int, after: UUID | None) -> list[Any]:
    query = select(api_key).order_by(api_key.c.id).limit(limit + 1)
    if after is not None:
        query = query.where(api_key.c.id > after)
    return list(connection.execute(query).all())


def get_key(connection: Connection, key_id: UUID) -> Any:
    row = connection.execute(select(api_key).where(api_key.c.id == key_id)).first()
    if row is None:
        raise NotFound("api_key_not_found", {})
    return row


def add_key(
    connection: Connection,
    *,
    name: str,
    role: str,
    team_ids: list[UUID],
    source: str | None,
    expires_at: datetime | None,
    created_by: UUID,
) -> tuple[UUID, str]:
    """The key's id and its token, which nobody can read again."""
    token, key_id = new_token(API_KEY), new_id()
    values = {
        "id": key_id,
        "token_hash": token.digest,
        "name": name,
        "role": role,
        "team_ids": team_ids,
        "source": source,
        "expires_at": expires_at,
        "created_by": created_by,
    }
    connection.execute(insert(api_key).values(values))
    return key_id, token.text


def revoke_key(connection: Connection, key_id: UUID) -> None:
    if connection.execute(delete(api_key).where(api_key.c.id == key_id)).rowcount == 0:
        raise NotFound("api_key_not_found", {})


def key_message(row: Any) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "name": row.name,
        "role": row.role,
        "teams": sorted(map(str, row.team_ids)),
        "source": row.source,
        "created_at": to_rfc3339(row.created_at),
        "expires_at": to_rfc3339(row.expires_at) if row.expires_at else None,
        "version": 1,
    }
