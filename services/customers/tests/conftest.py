"""One migrated database for each test process, emptied before each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from servicekit.database import Transactions
from servicekit.testing.fixtures import database_fixtures
from services.customers.tables import metadata
from services.customers.tests.world import World

migrated_database, connected_database, database = database_fixtures("customers", metadata)


@pytest.fixture
def world(database: Transactions) -> Iterator[World]:
    """A small company. Whatever a test does to it, customers are found by what is in the other
    tables, and each record holds the identities of its contact points."""
    world = World(database)
    yield world
    assert world.search_rows() == world.recomputed_search_rows()
    assert world.holders() == world.recomputed_holders()
