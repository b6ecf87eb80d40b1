from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import httpx
import pytest

from gateway.tests.uploading import kept
from gateway.tests.world import World, running_world
from servicekit.testing.waiting import eventually

_number = count(1)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


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
def agent(world: World) -> Iterator[Agent]:
    """An agent in a team of their own, logged in."""
    email = f"agent{next(_number)}@example.com"
    user_id, team_id, token = world.add_agent(email)
    with world.client(token) as client:
        yield Agent(user_id, email, team_id, token, client)


@pytest.fixture
def nothing_new(world: World) -> Iterator[None]:
    """What the test does leaves no file in storage."""
    before = kept(world)
    yield
    eventually(lambda: kept(world) == before, what="storage as it was before")
