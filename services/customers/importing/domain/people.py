"""Teams and users as a row names them, by id or by name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from directory.model import Directory
from servicekit.errors import Invalid
from servicekit.inputs import find_id
from servicekit.text import folded

NOBODY = "no active user who can see this customer"


@dataclass(frozen=True)
class People:
    """Who works here, as far as the caller may name them. `own`: an agent's teams, the only ones they name.

    `check` raises Invalid for a user who cannot look after a customer of these teams.
    """

    directory: Directory
    check: Callable[[UUID | None, frozenset[UUID]], None]
    own: frozenset[UUID] | None = None
    _teams: dict[str, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    _users: dict[str, list[UUID]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for team in sorted(self.directory.teams.values(), key=lambda team: team.id):
            if self.own is None or UUID(team.id) in self.own:
                self._teams[team.id].append(UUID(team.id))
                self._teams[folded(team.name)].append(UUID(team.id))
        for user in sorted(self.directory.users.values(), key=lambda user: (not user.active, user.id)):
            self._users[user.id].append(UUID(user.id))
            self._users[folded(user.name)].append(UUID(user.id))

    def teams(self, named: Iterable[str], *, has: Collection[UUID] = ()) -> frozenset[UUID]:
        """Of several teams with one name it is one that the customer `has`. Raises Invalid `unknown_team`."""
        found = set()
        for name in named:
            teams = self._teams.get(_key(name)) or []
            if self.own is None and find_id(name) in has:
                teams = [UUID(name)]  # also one that there is no more
            if not teams:
                raise Invalid.at("/teams", "unknown_team", "there is no such team")
            found.add(next((team for team in teams if team in has), teams[0]))
        return frozenset(found)

    def user(self, named: str, *, has: UUID | None = None) -> UUID:
        """The same of users. Raises Invalid `unknown_user`, also for one of several who have the name."""
        if named == str(has):
            return UUID(named)
        users = self._users.get(_key(named)) or []
        if has in users:
            return has
        active = [user for user in users if self.directory.users[str(user)].active]
        if len(active) != 1:
            detail = "several users have this name" if active else NOBODY
            raise Invalid.at("/assignee", "unknown_user", detail)
        return active[0]

    def knows(self, teams: Iterable[str], users: Iterable[str]) -> bool:
        """Whether each of these is somebody, so that there is no need for news."""
        return all(self._teams.get(_key(t)) for t in teams) and all(self._users.get(_key(u)) for u in users)

    def new_team(self, teams: frozenset[UUID]) -> frozenset[UUID]:
        """The teams of a customer that is made: an agent's is of one of theirs. Raises Invalid."""
        if teams or self.own is None:
            return teams
        if len(self.own) != 1:
            code = "team_required" if self.own else "no_team"
            raise Invalid.at("/teams", code, "you are in several teams: say which" if self.own else "no team")
        return self.own


def _key(named: str) -> str:
    known = find_id(named)
    return str(known) if known else folded(named)
