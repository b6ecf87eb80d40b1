"""Who works at the small company of a service's tests, told as the gateway would tell it."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from directory import repository
from directory.model import Directory, User
from servicekit.database import Transactions
from servicekit.ids import new_id
from servicekit.scope import ADMIN, AGENT, Scope

Json = dict[str, Any]


class Staff:
    """Mixin of a service's small world: `db` is its database. Who is named comes into being by that.

    It stands for the gateway's client, too: `call` answers `directory` and `scope_of`.
    """

    db: Transactions

    def __init__(self) -> None:
        self.revision = 0
        self.teams: dict[str, str] = {}
        self.users: dict[str, User] = {}
        self.admin = self._person("root", ADMIN, ())

    def team(self, name: str) -> str:
        if name not in self.teams:
            self.unheard_of_team(name)
            self._publish()
        return self.teams[name]

    def unheard_of_team(self, name: str) -> str:
        """The gateway has it; its event has not arrived."""
        self.teams[name] = str(new_id())
        self.revision += 1
        return self.teams[name]

    def lose_team(self, name: str) -> None:
        """There is no such team any more."""
        del self.teams[name]
        self._publish()

    def agent(self, name: str, *teams: str) -> Json:
        """The scope of an agent who is in these teams, from now on in these only."""
        return self._person(name, AGENT, teams)

    def an_administrator(self, name: str) -> Json:
        return self._person(name, ADMIN, ())

    def user(self, name: str) -> str:
        """The id of somebody who was named before."""
        return self.users[name].id

    def deactivate(self, name: str) -> None:
        self.users[name] = replace(self.users[name], active=False)
        self._publish()

    def call(self, method: str, *args: str, deadline: float = 5.0) -> Any:
        """As if over the bus."""
        if method == "scope_of":
            return self._scope_of(*args)
        assert method == "directory", method
        users = [{**asdict(user), "team_ids": sorted(user.team_ids)} for user in self.users.values()]
        teams = [{"id": team_id, "name": name} for name, team_id in self.teams.items()]
        return {"revision": self.revision, "teams": teams, "users": users}

    def _scope_of(self, user_id: str) -> Json | None:
        found = next((user for user in self.users.values() if user.id == user_id), None)
        return Scope(found.id, found.role, found.team_ids).dump() if found and found.active else None

    def _person(self, name: str, role: str, teams: tuple[str, ...]) -> Json:
        team_ids = frozenset(self.team(team) for team in teams)
        user_id = self.users[name].id if name in self.users else str(new_id())
        self.users[name] = User(user_id, name, role, True, team_ids)
        self._publish()
        return Scope(user_id, role, team_ids).dump()

    def _publish(self) -> None:
        self.revision += 1
        with self.db.unit_of_work() as uow:
            repository.replace(uow.connection, Directory.load(self.call("directory")))
