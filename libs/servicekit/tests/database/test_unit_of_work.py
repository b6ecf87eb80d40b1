"""One transaction, whole or not at all; and what a sick database looks like to a caller."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from servicekit import context
from servicekit.database import Transactions, UnitOfWork
from servicekit.errors import Unavailable
from servicekit.events import Event
from servicekit.testing.proxy import proxied

INSERT = text("INSERT INTO thing VALUES (:id, :words)")


def insert(uow: UnitOfWork, id: int, words: str = "x") -> None:
    uow.connection.execute(INSERT, {"id": id, "words": words})


def ids(db: Transactions) -> list[int]:
    with db.reading() as connection:
        return list(connection.scalars(text("SELECT id FROM thing ORDER BY id")))


def value(db: Transactions, statement: str) -> Any:
    with db.reading() as connection:
        return connection.scalar(text(statement))


def test_a_block_that_ends_normally_is_committed(db: Transactions) -> None:
    with db.unit_of_work() as uow:
        insert(uow, 1)
    assert ids(db) == [1]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, GeneratorExit])
def test_whatever_else_ends_it_nothing_has_happened(db: Transactions, error: type[BaseException]) -> None:
    with suppress(error), db.unit_of_work() as uow:
        insert(uow, 1)
        uow.outbox.add(Event("thing.made.v1", {}))
        raise error
    assert (ids(db), value(db, "SELECT count(*) FROM outbox")) == ([], 0)


@pytest.mark.parametrize("ending", ["commit", "rollback"])
def test_nobody_but_the_unit_of_work_ends_its_transaction(db: Transactions, ending: str) -> None:
    def work(uow: UnitOfWork) -> None:
        insert(uow, 1)
        getattr(uow.connection, ending)()

    with pytest.raises(RuntimeError, match="only the unit of work"):
        db.run(work)
    assert ids(db) == []


def test_a_swallowed_failure_is_not_reported_as_a_commit(db: Transactions) -> None:
    def work(uow: UnitOfWork) -> None:
        insert(uow, 1)
        with suppress(DBAPIError):
            insert(uow, 1)

    with pytest.raises(RuntimeError, match="swallowed"):
        db.run(work)
    assert ids(db) == []


def test_a_savepoint_may_fail_alone(db: Transactions) -> None:
    with db.unit_of_work() as uow:
        insert(uow, 1)
        with suppress(DBAPIError), uow.connection.begin_nested():
            insert(uow, 1)
        insert(uow, 2)
    assert ids(db) == [1, 2]


def test_the_relay_is_woken_after_the_commit_and_only_if_there_is_something(db: Transactions) -> None:
    woken: list[int] = []
    db.on_outbox_written(lambda: woken.append(value(db, "SELECT count(*) FROM outbox")))
    with db.unit_of_work() as uow:
        insert(uow, 1)
    with db.unit_of_work() as uow:
        uow.outbox.add(Event("thing.made.v1", {}), Event("thing.made.v1", {}))
    assert woken == [2]


def test_connections_carry_their_limits(db: Transactions) -> None:
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "application_name")
    assert [value(db, f"SHOW {name}") for name in names] == ["2s", "3s", "1min", "test"]


def test_no_value_is_in_an_error_of_the_database(db: Transactions) -> None:
    with pytest.raises(DBAPIError) as caught, db.reading() as connection:
        connection.execute(INSERT, {"id": "not a number", "words": "secret-words"})
    assert "secret-words" not in str(caught.value)


def test_a_read_is_one_round_trip(db: Transactions, tmp_path: Any) -> None:
    with db.reading() as connection:
        driver: Any = connection.connection.driver_connection
        connection.execute(text("SELECT 1"))
    with (tmp_path / "trace").open("w+") as trace:
        driver.pgconn.trace(trace.fileno())
        with db.reading() as connection:
            assert connection.connection.driver_connection is driver
            connection.execute(text("SELECT 1"))
        driver.pgconn.untrace()
        trace.seek(0)
        sent = [line.split("\t")[3].strip() for line in trace if line.split("\t")[1] == "F"]
    assert sent.count("Sync") + sent.count("Query") == 1


def test_a_late_call_has_the_rest_of_its_time_for_a_statement(db: Transactions) -> None:
    late = context.new_context(timeout=0.2)
    with context.use(late), pytest.raises(Unavailable, match="database_timeout"), db.reading() as connection:
        connection.execute(text("SELECT pg_sleep(1.5)"))
    late = context.new_context(timeout=0.2)
    with context.use(late), pytest.raises(Unavailable, match="database_timeout"), db.unit_of_work() as uow:
        uow.connection.execute(text("SELECT pg_sleep(1.5)"))
    assert value(db, "SHOW statement_timeout") == "2s"


def test_past_its_deadline_a_call_begins_nothing(db: Transactions) -> None:
    with context.use(context.new_context(timeout=-1)):
        with pytest.raises(Unavailable, match="deadline_passed"), db.unit_of_work():
            pass
        with pytest.raises(Unavailable, match="deadline_passed"), db.reading():
            pass


def test_a_statement_that_takes_too_long_is_unavailable(db: Transactions) -> None:
    with pytest.raises(Unavailable, match="database_timeout"), db.reading() as connection:
        connection.exec_driver_sql("SET statement_timeout = 50; SELECT pg_sleep(1)")


def test_a_lock_that_others_hold_is_unavailable(db: Transactions) -> None:
    with db.unit_of_work() as holder:
        insert(holder, 1)
        holder.connection.exec_driver_sql("LOCK TABLE thing")
        with pytest.raises(Unavailable, match="database_locked"), db.unit_of_work() as uow:
            uow.connection.exec_driver_sql("SET LOCAL lock_timeout = 50; LOCK TABLE thing")


def test_a_pool_without_a_free_connection_is_unavailable(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("servicekit.database.engine.POOL_TIMEOUT", 0.05)
    db = Transactions.connect(database_url, pool_size=1)
    with db.reading(), pytest.raises(Unavailable, match="database_busy"), db.reading():
        pass
    db.close()


def test_a_connection_that_the_server_closed_while_idle_is_not_handed_out(db: Transactions) -> None:
    killed = value(db, "SELECT pg_backend_pid()")
    terminate_all(db)
    assert value(db, "SELECT pg_backend_pid()") not in (None, killed)


def terminate_all(db: Transactions) -> None:
    url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_connection_that_dies_in_the_middle_is_unavailable_and_the_next_works(db: Transactions) -> None:
    def work(uow: UnitOfWork) -> None:
        insert(uow, 1)
        terminate_all(db)
        insert(uow, 2)

    with pytest.raises(Unavailable, match="database_unavailable"):
        db.run(work)
    with db.unit_of_work() as uow:
        insert(uow, 3)
    assert ids(db) == [3]


@pytest.fixture
def cut_off(database_url: str) -> Iterator[Transactions]:
    with proxied(database_url) as (proxy, url):
        db = Transactions.connect(url)
        with db.reading():
            pass
        proxy.cut()
        yield db
        db.close()


def test_a_server_that_is_gone_is_unavailable(cut_off: Transactions) -> None:
    with pytest.raises(Unavailable, match="database_unavailable"), cut_off.unit_of_work():
        pass
    with pytest.raises(Unavailable, match="database_unavailable"), cut_off.reading():
        pass


def test_run_begins_again_after_a_deadlock(db: Transactions) -> None:
    with db.unit_of_work() as uow:
        insert(uow, 1)
        insert(uow, 2)
    attempts: list[int] = []
    both = threading.Barrier(2, timeout=5)

    def lock_in_order(first: int, second: int) -> None:
        def work(uow: UnitOfWork) -> None:
            attempts.append(first)
            update = text("UPDATE thing SET words = words || 'y' WHERE id = :id")
            uow.connection.execute(update, {"id": first})
            if len(attempts) <= 2:
                both.wait()
            uow.connection.execute(update, {"id": second})

        db.run(work)

    threads = [threading.Thread(target=lock_in_order, args=order) for order in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(attempts) == 3
    assert value(db, "SELECT string_agg(words, ' ') FROM thing") == "xyy xyy"


def test_what_keeps_colliding_ends_as_unavailable(db: Transactions) -> None:
    def work(uow: UnitOfWork) -> None:
        uow.connection.exec_driver_sql("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$")

    started = time.monotonic()
    with pytest.raises(Unavailable, match="database_contention"):
        db.run(work)
    assert time.monotonic() - started < 5
