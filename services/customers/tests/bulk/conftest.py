from __future__ import annotations

import pytest

from services.customers.bulk import deleting, editing, planning
from services.customers.tests.bulk.office import Office
from services.customers.tests.world import World


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a handful of customers takes several steps."""
    for module in (editing, deleting):
        monkeypatch.setattr(module, "BATCH", 2)
    monkeypatch.setattr(planning, "CHUNK", 3)
