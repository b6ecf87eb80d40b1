"""A company that exports, for each test; nothing that it writes stays on the disk."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from servicekit.database import Transactions
from servicekit.storage import Storage
from services.import_export.exporting import job, workfiles
from services.import_export.tests.exporting.office import Office


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where this process keeps its temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    workfiles.home.cache_clear()
    yield folder
    workfiles.home.cache_clear()


@pytest.fixture
def office(
    database: Transactions, storage: Storage, temporary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    """Five customers, two on a page, a page in a step."""
    monkeypatch.setattr(job, "PAGE", 2)
    monkeypatch.setattr(job, "STEP_SECONDS", 0.0)
    office = Office(database, storage, tmp_path)
    yield office
    workfiles.abandon_unwanted(office.db)
    left = [path for path in temporary.rglob("*") if path.is_file() and path.name != "lock"]
    workfiles.abandon_all()
    assert left == []
