"""A write with a key happens once; a repetition hears what came of it."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import pytest

from servicekit.database import Transactions
from servicekit.database.idempotency import Idempotency
from servicekit.database.purge import purge_expired
from servicekit.errors import Conflict, Invalid


def write(
    db: Transactions, key: str | None, request_hash: str = "h", user_id: str = "u"
) -> dict[str, Any] | None:
    with db.unit_of_work() as uow:
        stored = uow.idempotency.begin(key, user_id=user_id, request_hash=request_hash)
        if stored is None:
            uow.idempotency.finish({"status": 201, "id": "1"})
        return stored


def age(db: Transactions, table: str, column: str, interval: str) -> None:
    with db.unit_of_work() as uow:
        uow.connection.exec_driver_sql(f"UPDATE {table} SET {column} = now() - interval '{interval}'")


def test_the_first_goes_on_and_the_second_hears_its_outcome(db: Transactions) -> None:
    assert write(db, "k") is None
    assert write(db, "k") == {"status": 201, "id": "1"}


def test_without_a_key_nothing_is_remembered(db: Transactions) -> None:
    assert write(db, None) is None
    assert write(db, None) is None


@pytest.mark.parametrize("other", [{"request_hash": "other"}, {"user_id": "other"}])
def test_a_key_used_for_something_else_is_refused(db: Transactions, other: dict[str, str]) -> None:
    write(db, "k")
    with pytest.raises(Invalid, match="idempotency_key_reused"):
        write(db, "k", **other)


def test_while_the_first_is_running_the_second_is_told_so_at_once(db: Transactions) -> None:
    with db.unit_of_work() as uow:
        uow.idempotency.begin("k", user_id="u", request_hash="h")
        started = time.monotonic()
        with pytest.raises(Conflict, match="request_in_progress"):
            write(db, "k")
        assert time.monotonic() - started < 1
        assert write(db, "another") is None
        uow.idempotency.finish({"status": 200})
    assert write(db, "k") == {"status": 200}


def test_a_write_that_failed_leaves_its_key_free(db: Transactions) -> None:
    with suppress(ValueError), db.unit_of_work() as uow:
        uow.idempotency.begin("k", user_id="u", request_hash="h")
        raise ValueError
    assert write(db, "k", "another hash") is None


def test_a_method_that_forgets_the_outcome_commits_nothing(db: Transactions) -> None:
    with pytest.raises(RuntimeError, match="not finished"), db.unit_of_work() as uow:
        uow.idempotency.begin("k", user_id="u", request_hash="h")
    assert write(db, "k") is None


def test_a_key_is_free_again_after_a_day(db: Transactions) -> None:
    write(db, "k")
    age(db, "idempotency", "created_at", "23 hours")
    assert write(db, "k") is not None
    age(db, "idempotency", "created_at", "25 hours")
    assert write(db, "k", "another hash") is None


def test_the_outcome_of_the_first_time_is_found_before_anything_is_begun(db: Transactions) -> None:
    def find(**asked: str) -> dict[str, Any] | None:
        with db.reading() as connection:
            return Idempotency(connection).find("k", **{"user_id": "u", "request_hash": "h", **asked})

    assert find() is None
    write(db, "k")
    assert find() == {"status": 201, "id": "1"}
    for other in ({"request_hash": "other"}, {"user_id": "other"}):
        with pytest.raises(Invalid, match="idempotency_key_reused"):
            find(**other)
    age(db, "idempotency", "created_at", "25 hours")
    assert find() is None


def test_what_is_past_its_lifetime_is_purged_and_nothing_else(db: Transactions) -> None:
    write(db, "old")
    age(db, "idempotency", "created_at", "25 hours")
    write(db, "new")
    with db.unit_of_work() as uow:
        uow.connection.exec_driver_sql(
            "INSERT INTO inbox SELECT 's', n, now() - interval '31 days' FROM generate_series(1, 6000) n"
        )
        uow.connection.exec_driver_sql("INSERT INTO inbox VALUES ('s', 'young')")
    assert purge_expired(db) == {"idempotency": 1, "inbox": 6000, "parked_message": 0, "outbox": 0}
    assert write(db, "new") is not None
