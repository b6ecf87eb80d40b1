"""SQL of teams, memberships and the directory's revision."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, any_, delete, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError

from gateway.accounts.directory import NEXT_REVISION
from gateway.accounts.rules import folded
from gateway.tables import account, api_key, membership, team
from servicekit.clock import to_rfc3339, utc_now
from servicekit.database.unit_of_work import UnitOfWork
from servicekit.errors import Conflict, Invalid, NotFound, Stale
from servicekit.events.cloudevent import Event
from servicekit.ids import new_id


def directory_changed(uow: UnitOfWork) -> None:
    """Raises the revision and tells the services, in the transaction of the change."""
    revision = uow.connection.scalar(NEXT_REVISION)
    uow.outbox.add(
        Event("directory.changed.v1", {"revision": revision}, subject="directory", revision=revision)
    )


def list_teams(
    connection: Connection, *, limit: int, after: UUID | None, only: Iterable[str] | None
) -> list[Any]:
    """`only`: the ids that the caller may see, None for all."""
    query = select(team).order_by(team.c.id).limit(limit + 1)
    if only is not None:
        query = query.where(team.c.id.in_([UUID(team_id) for team_id in only]))
    if after is not None:
        query = query.where(team.c.id > after)
    return list(connection.execute(query).all())


def get_team(connection: Connection, team_id: UUID) -> Any:
    row = connection.execute(select(team).where(team.c.id == team_id)).first()
    if row is None:
        raise NotFound("team_not_found", {})
    return row


def require_teams(connection: Connection, team_ids: list[str], *, pointer: str) -> list[UUID]:
    """The same ids, each known to exist; Invalid with a pointer for each that does not."""
    wanted = [UUID(team_id) for team_id in team_ids]
    found = set(connection.execute(select(team.c.id).where(team.c.id.in_(wanted))).scalars())
    missing = [
        {"pointer": f"{pointer}/{index}", "code": "unknown_team", "detail": "There is no such team."}
        for index, team_id in enumerate(wanted)
        if team_id not in found
    ]
    if missing:
        raise Invalid("invalid", {"errors": missing})
    return wanted


def add_team(connection: Connection, name: str) -> UUID:
    team_id = new_id()
    try:
        with connection.begin_nested():
            connection.execute(insert(team).values(id=team_id, name=name, name_folded=folded(name)))
    except IntegrityError:
        raise Conflict("team_name_taken", {}) from None
    return team_id


def rename_team(connection: Connection, team_id: UUID, name: str, *, version: int | None) -> None:
    _lock(connection, team_id, version)
    values = {
        "name": name,
        "name_folded": folded(name),
        "version": team.c.version + 1,
        "updated_at": utc_now(),
    }
    try:
        with connection.begin_nested():
            connection.execute(update(team).where(team.c.id == team_id).values(values))
    except IntegrityError:
        raise Conflict("team_name_taken", {}) from None


def remove_team(connection: Connection, team_id: UUID, *, version: int | None) -> None:
    """The team, its memberships, and its place in API keys: an agent's key without a team sees nothing."""
    _lock(connection, team_id, version)
    connection.execute(delete(membership).where(membership.c.team_id == team_id))
    connection.execute(
        update(api_key)
        .where(literal(team_id) == any_(api_key.c.team_ids))
        .values(team_ids=func.array_remove(api_key.c.team_ids, team_id))
    )
    connection.execute(delete(team).where(team.c.id == team_id))


def list_members(connection: Connection, team_id: UUID, *, limit: int, after: UUID | None) -> list[Any]:
    members = select(membership.c.user_id).where(membership.c.team_id == team_id)
    query = select(account.c.id, account.c.name).where(account.c.id.in_(members)).order_by(account.c.id)
    if after is not None:
        query = query.where(account.c.id > after)
    return list(connection.execute(query.limit(limit + 1)).all())


def add_member(connection: Connection, team_id: UUID, user_id: UUID) -> bool:
    """Whether anything changed; NotFound without the team or the user."""
    if (
        connection.execute(select(team.c.id).where(team.c.id == team_id).with_for_update(read=True)).first()
        is None
    ):
        raise NotFound("team_not_found", {})
    if connection.execute(select(account.c.id).where(account.c.id == user_id)).first() is None:
        raise NotFound("user_not_found", {})
    row = upsert(membership).values(user_id=user_id, team_id=team_id).on_conflict_do_nothing()
    return connection.execute(row.returning(membership.c.user_id)).first() is not None


def remove_member(connection: Connection, team_id: UUID, user_id: UUID) -> None:
    gone = delete(membership).where(membership.c.team_id == team_id, membership.c.user_id == user_id)
    if connection.execute(gone).rowcount == 0:
        raise NotFound("member_not_found", {})


def _lock(connection: Connection, team_id: UUID, version: int | None) -> None:
    row = connection.execute(select(team).where(team.c.id == team_id).with_for_update()).first()
    if row is None:
        raise NotFound("team_not_found", {})
    if version is not None and row.version != version:
        raise Stale("stale", {"current": team_message(row)})


def team_message(row: Any) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "name": row.name,
        "version": row.version,
        "created_at": to_rfc3339(row.created_at),
        "updated_at": to_rfc3339(row.updated_at),
    }


def reference(row: Any) -> dict[str, Any]:
    """Id and name: what one may know of a team or a user without administering them."""
    return {"id": str(row.id), "name": row.name}
