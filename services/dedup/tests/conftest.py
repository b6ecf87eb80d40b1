"""One migrated database for each test process, emptied before each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from servicekit.database import Transactions
from servicekit.testing.databases import connected, empty, migrated
from services.dedup.tables import metadata
from services.dedup.tests.company import Company
from services.dedup.tests.world import World


@pytest.fixture(scope="session")
def migrated_database() -> Iterator[str]:
    with migrated("dedup") as url:
        yield url


@pytest.fixture(scope="session")
def _connected(migrated_database: str) -> Iterator[Transactions]:
    with connected(migrated_database, "dedup") as database:
        yield database


@pytest.fixture
def database(_connected: Transactions) -> Transactions:
    """Empty tables."""
    empty(_connected, metadata.tables)
    return _connected


@pytest.fixture(scope="session")
def company(_connected: Transactions) -> Company:
    return Company(_connected)


@pytest.fixture
def world(database: Transactions, company: Company) -> World:
    """A small company."""
    company.forget()
    return World(database, company)
