"""Reads that are given up in time, and leave everything else as it was."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from servicekit.database import Transactions
from servicekit.database.unit_of_work import OutOfTime, reading_within

ENDLESS = text("SELECT pg_sleep(60)")
TIMEOUT = text("SHOW statement_timeout")


def test_a_read_that_takes_too_long_is_given_up_and_the_connection_goes_on(db: Transactions) -> None:
    with db.reading() as connection:
        before = connection.execute(TIMEOUT).scalar_one()
        with pytest.raises(OutOfTime), reading_within(connection, 0.05):
            connection.execute(ENDLESS)
        assert connection.execute(TIMEOUT).scalar_one() == before


def test_a_unit_of_work_goes_on_as_well(db: Transactions) -> None:
    with db.unit_of_work() as uow:
        uow.connection.execute(text("CREATE TEMPORARY TABLE kept (id integer) ON COMMIT DROP"))
        with pytest.raises(OutOfTime), reading_within(uow.connection, 0.05):
            uow.connection.execute(ENDLESS)
        with reading_within(uow.connection, 5):
            assert uow.connection.execute(text("SELECT count(*) FROM kept")).scalar_one() == 0
        uow.connection.execute(text("INSERT INTO kept VALUES (1)"))


def test_other_failures_pass(db: Transactions) -> None:
    with db.reading() as connection:
        with pytest.raises(DBAPIError), reading_within(connection, 5):
            connection.execute(text("SELECT 1 / 0"))
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
