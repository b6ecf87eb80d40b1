"""A company that imports, for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from servicekit.database import Transactions
from servicekit.storage import Storage
from services.import_export.runs import sheets
from services.import_export.tests.runs.people import People
from services.import_export.tests.runs.world import World


@pytest.fixture(scope="session")
def people(connected_database: Transactions) -> People:
    return People(connected_database)


@pytest.fixture
def world(database: Transactions, people: People, storage: Storage, tmp_path: Path) -> Iterator[World]:
    people.forget()
    yield World(database, people, storage, tmp_path)
    sheets.close_all()
