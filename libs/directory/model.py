"""Who works here, as the gateway said at one revision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from servicekit.text import folded


@dataclass(frozen=True, slots=True)
class Team:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class User:
    id: str
    name: str
    role: str
    active: bool
    team_ids: frozenset[str]


@dataclass(frozen=True)
class Directory:
    """Revision 0 is a directory that nobody has told us yet."""

    revision: int = 0
    teams: Mapping[str, Team] = field(default_factory=dict)
    users: Mapping[str, User] = field(default_factory=dict)
    team_ids_by_name: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, *, revision: int, teams: list[Team], users: list[User]) -> Directory:
        """Of teams with one name, the first by id answers to it, so that every replica agrees."""
        names = {folded(team.name): team.id for team in sorted(teams, key=lambda t: t.id, reverse=True)}
        return cls(revision, {team.id: team for team in teams}, {user.id: user for user in users}, names)

    @classmethod
    def load(cls, message: Mapping[str, Any]) -> Directory:
        """From the answer of the gateway's `directory()`."""
        return cls.of(
            revision=int(message["revision"]),
            teams=[Team(_id(team["id"]), team["name"]) for team in message["teams"]],
            users=[
                User(_id(u["id"]), u["name"], u["role"], u["active"], frozenset(map(_id, u["team_ids"])))
                for u in message["users"]
            ],
        )

    @cached_property
    def unmistakable_users(self) -> dict[str, str]:
        """By the id of a user: the name, if nobody else has it and it is no id."""
        bearers: dict[str, list[User]] = {}
        for user in self.users.values():
            bearers.setdefault(folded(user.name), []).append(user)
        alone = (users[0] for name, users in bearers.items() if name and len(users) == 1)
        return {user.id: user.name for user in alone if not _is_id(user.name)}

    @cached_property
    def unmistakable_teams(self) -> dict[str, str]:
        """By the id of a team: the name, if the team is found by it."""
        return {id: team.name for id, team in self.teams.items() if self.find_team(team.name) == id}

    def find_team(self, id_or_name: str) -> str | None:
        """The id of the team that is meant; names are compared without case and accents."""
        team_id = _canonical(id_or_name)
        return team_id if team_id in self.teams else self.team_ids_by_name.get(folded(id_or_name))

    def find_user(self, user_id: str) -> User | None:
        return self.users.get(_canonical(user_id))

    def members_of(self, team_ids: frozenset[str]) -> list[User]:
        """Active users who see customers of one of these teams: its members and the administrators."""
        return [u for u in self.users.values() if u.active and (u.role == "admin" or u.team_ids & team_ids)]


def _id(text: str) -> str:
    return str(UUID(text))


def _canonical(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return text


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
