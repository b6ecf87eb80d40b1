"""Who uses the system while it is measured: teams, an administrator, agents; made through the API."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx

from bench.people import LARGE_TEAM, MID_TEAM, TEAM_SHARES, TINY_TEAM

COLLEAGUES = 16


@dataclass(frozen=True, slots=True)
class Company:
    """Teams in the order of people.TEAM_SHARES, and the tokens of who is logged in."""

    teams: list[UUID]
    admin: str
    agent: str  # of the mid-sized team
    agent_of_large_team: str
    agent_of_tiny_team: str
    colleagues: tuple[str, ...]  # more agents of the mid-sized team


@contextmanager
def client(url: str, token: str | None = None) -> Iterator[httpx.Client]:
    """For what is not measured."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with httpx.Client(base_url=url, headers=headers, timeout=60, trust_env=False) as it:
        yield it


def found(url: str, admin: tuple[str, str]) -> Company:
    """Found the company on a fresh system."""
    token = _log_in(url, *admin)
    with client(url, token) as api:
        teams = [
            UUID(_call(api, "POST", "/v1/teams", {"name": f"Team {n}"})["id"])
            for n in range(len(TEAM_SHARES))
        ]
        agents = [_hire(api, url, teams[team], f"agent{team}") for team in (MID_TEAM, LARGE_TEAM, TINY_TEAM)]
        colleagues = tuple(_hire(api, url, teams[MID_TEAM], f"colleague{n}") for n in range(COLLEAGUES))
    return Company(teams, token, *agents, colleagues)


def _hire(api: httpx.Client, url: str, team: UUID, name: str) -> str:
    """A new agent of that team; their token."""
    email, password = f"{name}@example.com", secrets.token_urlsafe(16)
    user = _call(
        api, "POST", "/v1/users", {"name": name, "email": email, "password": password, "role": "agent"}
    )
    _call(api, "PUT", f"/v1/teams/{team}/members/{user['id']}")
    return _log_in(url, email, password)


def _log_in(url: str, email: str, password: str) -> str:
    with client(url) as api:
        return str(_call(api, "POST", "/v1/sessions", {"email": email, "password": password})["token"])


def _call(api: httpx.Client, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    answer = api.request(method, path, json=body)
    if answer.is_error:
        raise RuntimeError(f"{method} {path} answered {answer.status_code}: {answer.text[:500]}")
    return answer.json() if answer.content else None
