"""All of these tests but the twins, which are two systems of their own, are on the shared one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.local.system import RunningSystem
from tests.security.company_settings import files_of_agents
from tests.security.door import Door, Send
from tests.security.known import World
from tests.security.people import BASE
from tests.security.world import Founder
from tests.support.api import Api, log_in


@pytest.fixture(scope="package")
def system(system: RunningSystem) -> Iterator[RunningSystem]:
    """Its agents may import and export, as long as these tests last."""
    with log_in(system.url, *system.admin) as admin, files_of_agents(admin):
        yield system


@pytest.fixture(scope="package")
def admin(system: RunningSystem) -> Iterator[Api]:
    with log_in(system.url, *system.admin) as api:
        yield api


@pytest.fixture(scope="package")
def door(system: RunningSystem) -> Iterator[Door]:
    with Door(system.url) as opened:
        yield opened


@pytest.fixture(scope="module")
def founder(request: pytest.FixtureRequest, system: RunningSystem, admin: Api) -> Founder:
    """Of people without customers yet. They are made of the module's `SEED`, which no other one has."""
    founder = Founder(system, admin, World(seed=request.module.SEED), BASE)
    founder.staff()
    return founder


@pytest.fixture(scope="module")
def world(founder: Founder) -> World:
    return founder.world


@pytest.fixture
def send(door: Door, world: World) -> Send:
    return lambda request, caller: door.send(request, world.tokens[caller])
