"""Tables between two tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from servicekit.database import Transactions
from servicekit.testing.databases import empty, plumbed_database


@pytest.fixture
def filled() -> Iterator[Transactions]:
    tables = (
        "CREATE TABLE owner (id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY)",
        "CREATE TABLE thing (owner_id integer NOT NULL REFERENCES owner, words text)",
        "CREATE TABLE kept (id integer)",
        "INSERT INTO owner DEFAULT VALUES",
        "INSERT INTO kept VALUES (1)",
    )
    with plumbed_database(*tables) as url:
        database = Transactions.connect(url, service="test")
        yield database
        database.close()


@pytest.mark.parametrize("things", [1, 10_000], ids=["few rows", "many"])
def test_no_row_is_left_and_numbers_begin_anew(filled: Transactions, things: int):
    with filled.unit_of_work() as uow:
        uow.connection.exec_driver_sql(
            f"INSERT INTO thing SELECT 1, repeat('word ', 20) FROM generate_series(1, {things})"
        )
    empty(filled, ["owner", "thing"])
    with filled.unit_of_work() as uow:
        left = [
            uow.connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar()
            for name in ("owner", "thing", "kept")
        ]
        number = uow.connection.exec_driver_sql("INSERT INTO owner DEFAULT VALUES RETURNING id").scalar()
    assert (left, number) == ([0, 0, 1], 1)
