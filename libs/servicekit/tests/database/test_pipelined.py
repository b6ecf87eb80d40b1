"""One statement for many values: every answer, in order, and the faults of ordinary statements."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError

from servicekit.database import Transactions
from servicekit.database.pipelined import pipelined
from servicekit.errors import Unavailable

UP_TO = "SELECT n FROM generate_series(1, %(many)s) AS n"


def test_each_has_its_answer_in_order(db: Transactions) -> None:
    with db.reading() as connection:
        answers = list(pipelined(connection, UP_TO, [{"many": n} for n in (2, 0, 3)]))
    assert answers == [[(1,), (2,)], [], [(1,), (2,), (3,)]]


def test_given_up_half_way_the_connection_is_as_before(db: Transactions) -> None:
    with db.reading() as connection:
        answers = pipelined(connection, UP_TO, [{"many": 1}] * 5)
        assert next(answers) == [(1,)]
        answers.close()
        assert connection.scalar(text("SELECT 7")) == 7


def test_a_faulty_one_is_the_error_that_it_always_is(db: Transactions) -> None:
    with pytest.raises(DataError), db.reading() as connection:
        list(pipelined(connection, "SELECT 1 / %(by)s::int", [{"by": 1}, {"by": 0}]))
    with db.reading() as connection:
        assert connection.scalar(text("SELECT 7")) == 7


def test_a_connection_that_dies_meanwhile_is_unavailable(db: Transactions) -> None:
    with pytest.raises(Unavailable, match="database_unavailable"), db.reading() as connection:
        list(pipelined(connection, "SELECT pg_terminate_backend(pg_backend_pid())", [{}, {}]))
    with db.reading() as connection:
        assert connection.scalar(text("SELECT 7")) == 7
