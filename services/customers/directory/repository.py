"""The stored copy of the directory: replaced as a whole, never by an older one."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from services.customers.directory.domain import Directory, Team, User
from services.customers.domain.text import folded
from services.customers.tables import directory_state, directory_team, directory_user

# One statement, so that teams and users are always those of the revision.
_LOAD = select(
    func.coalesce(select(directory_state.c.revision).scalar_subquery(), 0).label("revision"),
    select(func.json_agg(func.json_build_array(directory_team.c.id, directory_team.c.name)))
    .scalar_subquery()
    .label("teams"),
    select(
        func.json_agg(
            func.json_build_array(
                directory_user.c.id,
                directory_user.c.name,
                directory_user.c.role,
                directory_user.c.active,
                func.to_json(directory_user.c.team_ids),
            )
        )
    )
    .scalar_subquery()
    .label("users"),
)


def load(connection: Connection) -> Directory:
    row = connection.execute(_LOAD).one()
    teams = [Team(team_id, name) for team_id, name in row.teams or ()]
    users = [
        User(user_id, name, role, active, frozenset(team_ids))
        for user_id, name, role, active, team_ids in row.users or ()
    ]
    return Directory.of(revision=row.revision, teams=teams, users=users)


def revision(connection: Connection) -> int:
    return connection.execute(select(directory_state.c.revision)).scalar_one_or_none() or 0


def replace(connection: Connection, directory: Directory) -> bool:
    """Stores `directory` if it is newer than the stored one; says whether it was."""
    claim = insert(directory_state).values(id=1, revision=directory.revision)
    newer = claim.on_conflict_do_update(
        index_elements=["id"],
        set_={"revision": claim.excluded.revision},
        where=directory_state.c.revision < claim.excluded.revision,
    ).returning(directory_state.c.revision)
    if connection.execute(newer).one_or_none() is None:
        return False
    connection.execute(delete(directory_team))
    connection.execute(delete(directory_user))
    if directory.teams:
        connection.execute(insert(directory_team), [_team_row(team) for team in directory.teams.values()])
    if directory.users:
        connection.execute(insert(directory_user), [_user_row(user) for user in directory.users.values()])
    return True


def _team_row(team: Team) -> dict[str, object]:
    return {"id": UUID(team.id), "name": team.name, "name_folded": folded(team.name)}


def _user_row(user: User) -> dict[str, object]:
    return {
        "id": UUID(user.id),
        "name": user.name,
        "role": user.role,
        "active": user.active,
        "team_ids": sorted(map(UUID, user.team_ids)),
    }
