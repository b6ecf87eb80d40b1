"""One migrated database for each test process, emptied before each test."""

from __future__ import annotations

import pytest

from servicekit.database import Transactions
from servicekit.testing.fixtures import database_fixtures
from services.dedup.tables import metadata
from services.dedup.tests.company import Company
from services.dedup.tests.world import World

migrated_database, connected_database, database = database_fixtures("dedup", metadata)


@pytest.fixture(scope="session")
def company(connected_database: Transactions) -> Company:
    return Company(connected_database)


@pytest.fixture
def world(database: Transactions, company: Company) -> World:
    """A small company."""
    company.forget()
    return World(database, company)
