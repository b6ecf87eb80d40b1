"""What somebody may do, as far as it decides who is shown what was found out with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from servicekit.scope import Scope


@dataclass(frozen=True, slots=True)
class Rights:
    """With which a file was made, or one was checked and imported. `everybody`: an administrator's."""

    everybody: bool
    teams: frozenset[str]
    masked: bool

    @classmethod
    def of(cls, scope: Scope, *, masked: bool) -> Rights:
        return cls(scope.is_admin, scope.team_ids, masked)

    @classmethod
    def load(cls, kept: Mapping[str, Any]) -> Rights:
        return cls(kept["everybody"], frozenset(kept["teams"]), kept["masked"])

    def dump(self) -> dict[str, Any]:
        return {"everybody": self.everybody, "teams": sorted(self.teams), "masked": self.masked}

    def with_those(self, other: Rights) -> Rights:
        """Of a file that was made with both, one after the other."""
        return Rights(
            self.everybody or other.everybody, self.teams | other.teams, self.masked and other.masked
        )

    def reach(self, of_file: Rights) -> bool:
        """Whether who has these now may see whatever is in the file."""
        if self.masked and not of_file.masked:
            return False
        return self.everybody or (not of_file.everybody and of_file.teams <= self.teams)
