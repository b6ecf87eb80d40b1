"""What tests across services share. The servers come from `make test`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from deploy.local.system import RunningSystem, running_system
from tests.support.api import Api, Company, log_in
from tests.support.order import SystemsTogether, systems_first

_NEEDED = ("TEST_POSTGRES_URL", "TEST_AMQP_URL", "TEST_RABBITMQ_API")


def pytest_configure(config: pytest.Config) -> None:
    """Says at once what would otherwise be an error in every single test."""
    missing = [name for name in _NEEDED if name not in os.environ]
    if missing and not config.option.collectonly:
        raise pytest.UsageError(f"{', '.join(missing)} not set: run the tests with `make test`")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    systems_first(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> SystemsTogether | None:
    return SystemsTogether(config, log) if config.option.dist == "loadfile" else None


@pytest.fixture(scope="package")
def system() -> Iterator[RunningSystem]:
    """Shared by all that do not kill what others need: every service as processes of its own."""
    with running_system() as running:
        yield running


@pytest.fixture(scope="module")
def admin(system: RunningSystem) -> Iterator[Api]:
    """The administrator of the folder's `system`."""
    with log_in(system.url, *system.admin) as api:
        yield api


@pytest.fixture
def company(system: RunningSystem, admin: Api) -> Iterator[Company]:
    with Company(system.url, admin) as made:
        yield made
