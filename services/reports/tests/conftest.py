"""One migrated database and one folder of files for each test process, emptied before each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from servicekit import files
from servicekit.database import Transactions
from servicekit.testing.fixtures import database_fixtures, storage_fixture
from services.reports.computing.pool import Pool
from services.reports.running import job
from services.reports.tables import metadata
from services.reports.tests.company import Company

migrated_database, connected_database, database = database_fixtures("reports", metadata)
storage = storage_fixture()


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
