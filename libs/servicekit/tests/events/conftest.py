from __future__ import annotations

from collections.abc import Iterator

import pytest

from servicekit.testing.process import ServiceProcess, running_service
from servicekit.tests.events.desk import PATH, Desk, a_desk


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[Desk, ServiceProcess]]:
    with a_desk() as desk, running_service(PATH, **desk.environment) as service:
        yield desk, service


@pytest.fixture
def staffed(shared: tuple[Desk, ServiceProcess]) -> tuple[Desk, ServiceProcess]:
    """A cleared desk with a notebook already running at it, for tests that leave both in good order."""
    desk, service = shared
    desk.clear()
    return desk, service


@pytest.fixture
def desk() -> Iterator[Desk]:
    with a_desk() as desk:
        yield desk
