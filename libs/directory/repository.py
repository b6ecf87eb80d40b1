"""The stored copy of the directory: replaced as a whole, never by an older one."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from directory.model import Directory, Team, User
from directory.tables import TABLES
from servicekit.text import folded

_team, _user, _state = TABLES

# One statement, so that teams and users are always those of the revision.
_LOAD = select(
    func.coalesce(select(_state.c.revision).scalar_subquery(), 0).label("revision"),
    select(func.json_agg(func.json_build_array(_team.c.id, _team.c.name))).scalar_subquery().label("teams"),
    select(
        func.json_agg(
            func.json_build_array(
                _user.c.id,
                _user.c.name,
                _user.c.role,
                _user.c.active,
                func.to_json(_user.c.team_ids),
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
    return connection.execute(select(_state.c.revision)).scalar_one_or_none() or 0


def replace(connection: Connection, directory: Directory) -> bool:
    """Stores `directory` if it is newer than the stored one; says whether it was."""
    claim = insert(_state).values(id=1, revision=directory.revision)
    newer = claim.on_conflict_do_update(
        index_elements=["id"],
        set_={"revision": claim.excluded.revision},
        where=_state.c.revision < claim.excluded.revision,
    ).returning(_state.c.revision)
    if connection.execute(newer).one_or_none() is None:
        return False
    connection.execute(delete(_team))
    connection.execute(delete(_user))
    if directory.teams:
        connection.execute(insert(_team), [_team_row(team) for team in directory.teams.values()])
    if directory.users:
        connection.execute(insert(_user), [_user_row(user) for user in directory.users.values()])
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
