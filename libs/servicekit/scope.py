"""Who is asking. Built by the gateway on each request, first argument of every call about owned data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

ADMIN: Final = "admin"
AGENT: Final = "agent"
CONNECTOR: Final = "connector"
ROLES: Final = frozenset({ADMIN, AGENT, CONNECTOR})


@dataclass(frozen=True, slots=True)
class Scope:
    """The caller's rights at this moment. Never stored: background work keeps a user id and asks again."""

    user_id: str
    role: str
    team_ids: frozenset[str] = frozenset()

    @property
    def is_admin(self) -> bool:
        return self.role == ADMIN

    @classmethod
    def load(cls, message: dict[str, Any]) -> Scope:
        """From its wire form. Raises ValueError on anything else, so that a broken caller sees nothing."""
        role = message["role"]
        if role not in ROLES:
            raise ValueError("unknown role")
        return cls(str(message["user_id"]), role, frozenset(map(str, message["team_ids"])))

    def dump(self) -> dict[str, Any]:
        """The wire form: plain JSON, teams sorted."""
        return {"user_id": self.user_id, "role": self.role, "team_ids": sorted(self.team_ids)}
