"""One migrated database for each test process, emptied before each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from servicekit.database import Transactions
from servicekit.testing.databases import connected, empty, migrated
from services.customers.tables import metadata
from services.customers.tests.world import World


@pytest.fixture(scope="session")
def migrated_database() -> Iterator[str]:
    with migrated("customers") as url:
        yield url


@pytest.fixture(scope="session")
def _connected(migrated_database: str) -> Iterator[Transactions]:
    with connected(migrated_database, "customers") as database:
        yield database


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
