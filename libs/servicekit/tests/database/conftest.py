from __future__ import annotations

from collections.abc import Iterator

import pytest

from servicekit.database import Transactions
from servicekit.testing.databases import plumbed_database


@pytest.fixture(scope="module")
def database_url() -> Iterator[str]:
    with plumbed_database("CREATE TABLE thing (id integer PRIMARY KEY, words text)") as url:
        yield url


@pytest.fixture
def db(database_url: str) -> Iterator[Transactions]:
    db = Transactions.connect(database_url, service="test", statement_timeout_ms=2_000)
    with db.unit_of_work() as uow:
        uow.connection.exec_driver_sql("TRUNCATE thing, outbox, inbox, idempotency")
    yield db
    db.close()
