"""One migrated database for each test process, emptied before each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from servicekit.database import Transactions
from servicekit.testing.fixtures import database_fixtures
from services.tasks.tables import metadata
from services.tasks.tests.company import Company
from services.tasks.tests.world import World

migrated_database, connected_database, database = database_fixtures("tasks", metadata)


@pytest.fixture(scope="session")
def company(connected_database: Transactions) -> Company:
    return Company(connected_database)


@pytest.fixture
def world(database: Transactions, company: Company) -> Iterator[World]:
    """A small company. Whatever a test does to it, notes are counted as they are."""
    company.forget()
    world = World(database, company)
    yield world
    assert world.counted_notes() == world.recounted_notes()
