"""The directory: teams, users, memberships, and a revision that rises with each change of any of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert

from gateway.tables import account, api_key, directory_state, membership, team
from servicekit.scope import Scope

_TEAMS_OF_ACCOUNT = (
    select(func.array_agg(aggregate_order_by(membership.c.team_id, membership.c.team_id)))
    .where(membership.c.user_id == account.c.id)
    .scalar_subquery()
)

_first = insert(directory_state).values(id=1, revision=1)
# Locks the one row until commit: revisions are committed in the order in which they were given.
NEXT_REVISION = _first.on_conflict_do_update(
    index_elements=["id"], set_={"revision": directory_state.c.revision + 1}
).returning(directory_state.c.revision)

_USERS = select(
    account.c.id, account.c.name, account.c.role, account.c.active, _TEAMS_OF_ACCOUNT.label("team_ids")
).order_by(account.c.id)


def read_directory(connection: Connection) -> dict[str, Any]:
    """Everything, with a revision that is not newer than it. Within a transaction."""
    # The revision first: what is committed in between is newer than the revision says, and comes again.
    revision = connection.scalar(select(directory_state.c.revision))
    return {
        "revision": revision or 0,
        "teams": [
            {"id": str(row.id), "name": row.name}
            for row in connection.execute(select(team).order_by(team.c.id))
        ],
        "users": [_user(row) for row in connection.execute(_USERS)],
    }


def find_scope(connection: Connection, user_id: str) -> dict[str, Any] | None:
    """The wire form of a user's or a key's Scope; None when there is no such one, or not any more."""
    try:
        wanted = UUID(user_id)
    except ValueError:
        return None
    user = connection.execute(_USERS.where(account.c.id == wanted, account.c.active)).first()
    if user is not None:
        return Scope(user_id, user.role, frozenset(map(str, user.team_ids or ()))).dump()
    lasting = api_key.c.expires_at.is_(None) | (api_key.c.expires_at > func.now())
    key = connection.execute(select(api_key).where(api_key.c.id == wanted, lasting)).first()
    return Scope(user_id, key.role, frozenset(map(str, key.team_ids))).dump() if key else None


def _user(row: Any) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "name": row.name,
        "role": row.role,
        "active": row.active,
        "team_ids": [str(team_id) for team_id in row.team_ids or ()],
    }
