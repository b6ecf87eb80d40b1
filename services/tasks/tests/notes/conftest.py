from __future__ import annotations

import pytest

from services.tasks.tests.notes.office import Office
from services.tasks.tests.world import World


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)
