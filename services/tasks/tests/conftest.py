"""One migrated database for each test process, emptied before each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from servicekit.database import Transactions
from servicekit.testing.databases import connected, empty, migrated
from services.tasks.tables import metadata
from services.tasks.tests.company import Company
from services.tasks.tests.world import World


@pytest.fixture(scope="session")
def migrated_database() -> Iterator[str]:
    with migrated("tasks") as url:
        yield url


@pytest.fixture(scope="session")
def _connected(migrated_database: str) -> Iterator[Transactions]:
    with connected(migrated_database, "tasks") as database:
        yield database


@pytest.fixture(scope="session")
def company(_connected: Transactions) -> Company:
    return Company(_connected)


@pytest.fixture
def database(_connected: Transactions) -> Transactions:
    """Empty tables."""
    empty(_connected, metadata.tables)
    return _connected


@pytest.fixture
def world(database: Transactions, company: Company) -> Iterator[World]:
    """A small company. Whatever a test does to it, notes are counted as they are."""
    company.forget()
    world = World(database, company)
    yield world
    assert world.counted_notes() == world.recounted_notes()
