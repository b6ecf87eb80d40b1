"""One migrated database and one folder of files for each test process, emptied before each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from servicekit import files
from servicekit.database import Transactions
from servicekit.testing.databases import connected, empty, migrated
from services.reports.computing.pool import Pool
from services.reports.running import job
from services.reports.tables import metadata
from services.reports.tests.company import Company


@pytest.fixture(scope="session")
def migrated_database() -> Iterator[str]:
    with migrated("reports") as url:
        yield url


@pytest.fixture(scope="session")
def _connected(migrated_database: str) -> Iterator[Transactions]:
    with connected(migrated_database, "reports") as database:
        yield database


@pytest.fixture
def database(_connected: Transactions) -> Transactions:
    """Empty tables."""
    empty(_connected, metadata.tables)
    return _connected


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[files.Storage]:
    """An empty folder, as the one that workers keep files in."""
    monkeypatch.setenv("STORAGE_URL", f"file://{tmp_path}/files")
    files.storage.cache_clear()
    yield files.storage()
    files.storage.cache_clear()


@pytest.fixture
def pool(storage: files.Storage) -> Iterator[Pool]:
    """Processes that compute; they start with the first report, and know the folder of this test."""
    pool = Pool(processes=1)
    yield pool
    pool.close()


@pytest.fixture
def company(
    database: Transactions,
    storage: files.Storage,
    pool: Pool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Company:
    monkeypatch.setattr(job, "of_process", lambda: pool)
    return Company(database, storage, pool, tmp_path)
