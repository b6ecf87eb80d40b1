"""The small company of this service, with spreadsheets to import."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from servicekit.database import Transactions
from services.customers.tests.importing.sheet import Sheets


@pytest.fixture
def office(database: Transactions) -> Iterator[Sheets]:
    """Whatever is imported, customers are found by what is in the other tables, and hold their addresses."""
    sheets = Sheets(database)
    yield sheets
    assert sheets.search_rows() == sheets.recomputed_search_rows()
    assert sheets.holders() == sheets.recomputed_holders()
