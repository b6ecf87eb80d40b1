"""SQL of users and their passwords."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from gateway.accounts.rules import folded, keeps_an_administrator
from gateway.tables import account, membership, session
from servicekit.clock import to_rfc3339, utc_now
from servicekit.errors import Conflict, NotFound, Stale
from servicekit.ids import new_id
from servicekit.scope import ADMIN

_TEAMS = (
    select(func.array_agg(membership.c.team_id)).where(membership.c.user_id == account.c.id).scalar_subquery()
)
_USERS = select(account, _TEAMS.label("team_ids"))


def list_users(connection: Connection, *, limit: int, after: UUID | None) -> list[Any]:
    query = _USERS.order_by(account.c.id).limit(limit + 1)
    if after is not None:
        query = query.where(account.c.id > after)
    return list(connection.execute(query).all())


def list_active_users_of(connection: Connection, team_ids: list[UUID]) -> list[Any]:
    """Administrators and the members of these teams: who sees a customer of these teams."""
    members = select(membership.c.user_id).where(membership.c.team_id.in_(team_ids))
    sees = (account.c.role == ADMIN) | account.c.id.in_(members)
    query = select(account.c.id, account.c.name).where(account.c.active, sees).order_by(account.c.id)
    return list(connection.execute(query).all())


def get_user(connection: Connection, user_id: UUID) -> Any:
    row = connection.execute(_USERS.where(account.c.id == user_id)).first()
    if row is None:
        raise NotFound("user_not_found", {})
    return row


def find_credentials(connection: Connection, email: str) -> Any:
    """Id and password hash of the active user with this e-mail, or None."""
    query = select(account.c.id, account.c.password_hash).where(
        account.c.email_folded == folded(email), account.c.active
    )
    return connection.execute(query).first()


def add_user(connection: Connection, *, email: str, name: str, role: str, password_hash: str) -> UUID:
    values = {
        "id": new_id(),
        "email": email,
        "email_folded": folded(email),
        "name": name,
        "role": role,
        "password_hash": password_hash,
    }
    try:
        with connection.begin_nested():
            connection.execute(insert(account).values(values))
    except IntegrityError:
        raise Conflict("email_taken", {}) from None
    return values["id"]  # type: ignore[return-value]


def change_user(
    connection: Connection, user_id: UUID, changes: dict[str, Any], *, version: int | None
) -> None:
    """Changes columns; a password or an end of activity ends the user's sessions.

    Raises Stale, or Conflict when nobody would stay an active administrator.
    """
    # All changes of administrators queue here, so that two cannot disable each other.
    active_admins = list(
        connection.execute(
            select(account.c.id)
            .where(account.c.active, account.c.role == ADMIN)
            .order_by(account.c.id)
            .with_for_update()
        ).scalars()
    )
    before = connection.execute(_USERS.where(account.c.id == user_id).with_for_update(of=account)).first()
    if before is None:
        raise NotFound("user_not_found", {})
    if version is not None and before.version != version:
        raise Stale("stale", {"current": user_message(before)})
    after = {"active": before.active, "role": before.role} | changes
    others = len([admin for admin in active_admins if admin != user_id])
    keeps_an_administrator(before._asdict(), after, other_active_admins=others)
    _save(connection, user_id, changes)
    if "password_hash" in changes or not after["active"]:
        connection.execute(session.delete().where(session.c.user_id == user_id))


def change_own(
    connection: Connection, user_id: UUID, changes: dict[str, Any], *, version: int | None
) -> None:
    """Name and password, by the user; whose sessions end is decided by the caller."""
    before = connection.execute(_USERS.where(account.c.id == user_id).with_for_update(of=account)).one()
    if version is not None and before.version != version:
        raise Stale("stale", {"current": user_message(before)})
    _save(connection, user_id, changes)


def _save(connection: Connection, user_id: UUID, changes: dict[str, Any]) -> None:
    if not changes:
        return
    values = changes | {"version": account.c.version + 1, "updated_at": utc_now()}
    if "email" in changes:
        values["email_folded"] = folded(changes["email"])
    try:
        with connection.begin_nested():
            connection.execute(update(account).where(account.c.id == user_id).values(values))
    except IntegrityError:
        raise Conflict("email_taken", {}) from None


def user_message(row: Any) -> dict[str, Any]:
    """A user as administrators, and the user, see them. Never the password's hash."""
    return {
        "id": str(row.id),
        "name": row.name,
        "email": row.email,
        "role": row.role,
        "active": row.active,
        "teams": sorted(map(str, row.team_ids or ())),
        "version": row.version,
        "created_at": to_rfc3339(row.created_at),
        "updated_at": to_rfc3339(row.updated_at),
    }
