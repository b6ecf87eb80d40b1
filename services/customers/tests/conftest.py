"""One migrated database for each test process, emptied before each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from servicekit.database import Transactions
from servicekit.database.migrate import migrate
from servicekit.testing.databases import empty
from servicekit.testing.infrastructure import fresh_database
from services.customers.tables import metadata
from services.customers.tests.world import World


@pytest.fixture(scope="session")
def migrated_database() -> Iterator[str]:
    with fresh_database("customers") as url:
        migrate("services.customers", url)
        yield url


@pytest.fixture(scope="session")
def _connected(migrated_database: str) -> Iterator[Transactions]:
    database = Transactions.connect(migrated_database, service="customers", pool_size=20)
    yield database
    database.close()


@pytest.fixture
def database(_connected: Transactions) -> Transactions:
    """Empty tables."""
    empty(_connected, metadata.tables)
    return _connected


@pytest.fixture
def world(database: Transactions) -> Iterator[World]:
    """A small company. Whatever a test does to it, customers are found by what is in the other
    tables, and each record holds the identities of its contact points."""
    world = World(database)
    yield world
    assert world.search_rows() == world.recomputed_search_rows()
    assert world.holders() == world.recomputed_holders()
