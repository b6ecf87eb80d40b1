from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.customers.tests.history.seen import check_activity, check_counts
from services.customers.tests.history.told import Connector
from services.customers.tests.world import World


@pytest.fixture
def connector(world: World) -> Connector:
    return Connector(world.db)


@pytest.fixture(autouse=True)
def _counted(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a test tells of customers, they are counted as if somebody counted now."""
    world = request.getfixturevalue("world") if "world" in request.fixturenames else None
    yield
    if world is not None:
        check_counts(world)
        check_activity(world)
