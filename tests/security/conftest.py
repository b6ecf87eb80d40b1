"""One system for all of these tests but the twins, which are two of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.local.system import RunningSystem, running_system
from tests.security.door import Door
from tests.support.api import Api, log_in


@pytest.fixture(scope="package")
def system() -> Iterator[RunningSystem]:
    with running_system() as running:
        yield running


@pytest.fixture(scope="package")
def admin(system: RunningSystem) -> Iterator[Api]:
    with log_in(system.url, *system.admin) as api:
        yield api


@pytest.fixture(scope="package")
def door(system: RunningSystem) -> Iterator[Door]:
    with Door(system.url) as opened:
        yield opened
