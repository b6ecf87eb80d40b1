from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import httpx
import pytest

from gateway.tests.world import PASSWORD, World, running_world

_number = count(1)


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    with running_world() as running:
        yield running


@pytest.fixture
def admin(world: World) -> Iterator[httpx.Client]:
    with world.admin as client:
        yield client


@pytest.fixture
def nobody(world: World) -> Iterator[httpx.Client]:
    with world.client() as client:
        yield client


@dataclass
class Agent:
    id: str
    email: str
    team_id: str
    token: str
    client: httpx.Client


@pytest.fixture
def agent(world: World, admin: httpx.Client) -> Iterator[Agent]:
    """An agent in a team of their own, logged in."""
    number = next(_number)
    email = f"agent{number}@example.com"
    user = {"name": f"Agent {number}", "email": email, "password": PASSWORD, "role": "agent"}
    user_id = admin.post("/v1/users", json=user).json()["id"]
    team_id = admin.post("/v1/teams", json={"name": f"Team of agent {number}"}).json()["id"]
    admin.put(f"/v1/teams/{team_id}/members/{user_id}").raise_for_status()
    token = world.log_in(email)
    with world.client(token) as client:
        yield Agent(user_id, email, team_id, token, client)
