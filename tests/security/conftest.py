"""All of these tests but the twins, which are two systems of their own, are on the shared one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.local.system import RunningSystem
from tests.security.company_settings import files_of_agents
from tests.security.door import Door
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
