"""Campaigns run on a system of their own: they kill its processes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.local.system import RunningSystem, running_system
from tests.support.api import Api, Company, log_in


@pytest.fixture(scope="module")
def system() -> Iterator[RunningSystem]:
    with running_system(replicas={"customers": 2}) as running:
        yield running


@pytest.fixture(scope="module")
def admin(system: RunningSystem) -> Iterator[Api]:
    with log_in(system.url, *system.admin) as api:
        yield api


@pytest.fixture
def company(system: RunningSystem, admin: Api) -> Iterator[Company]:
    with Company(system.url, admin) as made:
        yield made
