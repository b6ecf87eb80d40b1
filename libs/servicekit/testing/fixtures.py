"""Fixtures of a service's tests, for its conftest.py:

migrated_database, connected_database, database = database_fixtures("orders", metadata)
storage = storage_fixture()
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData

from servicekit.database import Transactions
from servicekit.files import storage as storage_of_workers
from servicekit.storage import Storage
from servicekit.testing.databases import connected, empty, migrated


def database_fixtures(service: str, metadata: MetaData) -> tuple[Any, Any, Any]:
    """A migrated database for each test process: its URL, connections to it, and these with empty tables."""

    @pytest.fixture(scope="session")
    def migrated_database() -> Iterator[str]:
        with migrated(service) as url:
            yield url

    @pytest.fixture(scope="session")
    def connected_database(migrated_database: str) -> Iterator[Transactions]:
        with connected(migrated_database, service) as database:
            yield database

    @pytest.fixture
    def database(connected_database: Transactions) -> Transactions:
        """Empty tables."""
        empty(connected_database, metadata.tables)
        return connected_database

    return migrated_database, connected_database, database


def storage_fixture() -> Any:
    """An empty folder, as the one that workers keep files in."""

    @pytest.fixture
    def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Storage]:
        monkeypatch.setenv("STORAGE_URL", f"file://{tmp_path}/files")
        storage_of_workers.cache_clear()
        yield storage_of_workers()
        storage_of_workers.cache_clear()

    return storage
