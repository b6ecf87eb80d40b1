"""What tests across services share. The servers come from `make test`."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from deploy.local.system import RunningSystem
from tests.support.api import Api, Company, log_in

_NEEDED = ("TEST_POSTGRES_URL", "TEST_AMQP_URL", "TEST_RABBITMQ_API")


def pytest_configure(config: pytest.Config) -> None:
    """Says at once what would otherwise be an error in every single test."""
    missing = [name for name in _NEEDED if name not in os.environ]
    if missing and not config.option.collectonly:
        raise pytest.UsageError(f"{', '.join(missing)} not set: run the tests with `make test`")


@pytest.fixture(scope="module")
def admin(system: RunningSystem) -> Iterator[Api]:
    """The administrator of the folder's `system`."""
    with log_in(system.url, *system.admin) as api:
        yield api


@pytest.fixture
def company(system: RunningSystem, admin: Api) -> Iterator[Company]:
    with Company(system.url, admin) as made:
        yield made
