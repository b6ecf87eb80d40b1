"""The engine of subscribing, without a broker: what waits, what is split, what is parked, in which order."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from servicekit.database import Transactions
from servicekit.errors import Invalid, Unavailable
from servicekit.events import BadEvent, Event, batch, subscribe
from servicekit.events.batch import BatchWorker, Interrupted, TooManyParked
from servicekit.events.cloudevent import CONTENT_TYPE, completed, encode
from servicekit.events.delivery import Delivery
from servicekit.events.handlers import Handler, routes_of
from servicekit.testing.databases import plumbed_database
from servicekit.tests.events.desk import a_note
from servicekit.tests.events.workbench import Bench, delivery, fails_on, nothing, times


@pytest.fixture(scope="module")
def module_database() -> Iterator[str]:
    with plumbed_database("CREATE TABLE done (n bigserial, id text)") as url:
        yield url


@pytest.fixture
def db(module_database: str) -> Iterator[Transactions]:
    with psycopg.connect(module_database) as connection:
        connection.execute("TRUNCATE done, inbox, parked_message")
    db = Transactions.connect(module_database, statement_timeout_ms=500)
    yield db
    db.close()


def test_a_batch_is_one_transaction(db: Transactions) -> None:
    bench = Bench(db, nothing)
    bench.work_off("a", "b", "c")
    assert bench.batches == [["a", "b", "c"]]
    assert bench.done() == bench.acknowledged == ["a", "b", "c"]


def test_events_seen_before_reach_no_handler_and_are_acknowledged(db: Transactions) -> None:
    bench = Bench(db, nothing)
    bench.work_off("a", "b", "a")
    bench.work_off("b", "c", "a")
    bench.work_off("a")
    assert bench.batches == [["a", "b"], ["c"]]
    assert bench.acknowledged == ["a", "b", "a", "b", "c", "a", "a"]


def test_handlers_have_their_turns_in_one_order_whichever_event_came_first(db: Transactions) -> None:
    turns: list[str] = []

    def handler_of(event_type: str) -> Handler:
        @subscribe(event_type)
        class Noting:
            def fetch(self, events: list[Event]) -> None: ...

            def apply(self, uow: Any, events: list[Event], fetched: None) -> None:
                turns.append(event_type)

        return Noting()

    types = [f"thing.{name}.v1" for name in ("made", "broken", "mended")]
    worker = BatchWorker(db, routes_of(map(handler_of, types)), pause=lambda _: False)
    for arriving in itertools.permutations(types):
        turns.clear()
        told = [completed(Event(each, {}), source="/tests") for each in arriving]
        worker.work_off(
            [Delivery(encode(each), "channel.events", each.type, CONTENT_TYPE) for each in told],
            lambda done: None,
        )
        assert turns == types


@pytest.mark.parametrize("error", [Unavailable("rpc_timeout"), ConnectionResetError(), TimeoutError()])
def test_what_is_down_is_waited_for_however_long_it_takes(db: Transactions, error: Exception) -> None:
    bench = Bench(db, times(40, error))
    bench.work_off("a", "b")
    assert bench.batches == [["a", "b"]] * 41
    assert (bench.done(), bench.parked()) == (["a", "b"], {})


@pytest.mark.parametrize("state", ["08006", "40001", "40P01", "53300", "55P03", "57P01", "58030"])
def test_sqlstates_of_a_sick_server_cost_no_event_anything(db: Transactions, state: str) -> None:
    left = [state] * 5

    def act(uow: Any, events: list[Event]) -> None:
        if left:
            raising = f"DO $$ BEGIN RAISE EXCEPTION 'sick' USING ERRCODE = '{left.pop()}'; END $$"
            uow.connection.exec_driver_sql(raising)

    bench = Bench(db, act)
    bench.work_off("a", "b")
    assert (bench.done(), bench.parked()) == (["a", "b"], {})


def test_a_failure_that_passes_costs_no_event_anything(db: Transactions) -> None:
    bench = Bench(db, times(2, KeyError("x")))
    bench.work_off("a", "b")
    assert (bench.done(), bench.parked()) == (["a", "b"], {})


def test_after_three_attempts_the_batch_is_halved_until_the_bad_one_is_alone(db: Transactions) -> None:
    bench = Bench(db, fails_on("f", error=KeyError("x")))
    bench.work_off(*"abcdefgh")
    assert bench.done() == list("abcdegh")
    assert bench.parked() == {"f": ("handler_failed", 3)}
    assert bench.acknowledged == list("abcdefgh")
    assert [len(batch) for batch in bench.batches] == [8, 8, 8, 4, 4, 2, 1, 1, 1, 1, 2]


@pytest.mark.parametrize("error", [Invalid.at("/data", "wrong", "Wrong."), "22012", "23505"])
def test_data_that_cannot_be_stored_is_looked_for_at_once(db: Transactions, error: Any) -> None:
    def act(uow: Any, events: list[Event]) -> None:
        if "b" in [event.id for event in events]:
            if isinstance(error, Exception):
                raise error
            raising = f"DO $$ BEGIN RAISE EXCEPTION 'bad' USING ERRCODE = '{error}'; END $$"
            uow.connection.exec_driver_sql(raising)

    bench = Bench(db, act)
    bench.work_off("a", "b", "c", "d")
    assert [len(batch) for batch in bench.batches][:2] == [4, 2]
    assert (bench.done(), bench.parked()) == (["a", "c", "d"], {"b": ("handler_failed", 3)})


def test_an_event_named_bad_is_parked_alone_without_splitting(db: Transactions) -> None:
    def act(uow: Any, events: list[Event]) -> None:
        for event in events:
            if event.id in "bd":
                raise BadEvent(event.id, "too_old", "/data/at: before the flood")

    bench = Bench(db, act)
    bench.work_off("a", "b", "c", "d")
    assert bench.batches == [["a", "b", "c", "d"], ["a", "c", "d"], ["a", "c"]]
    assert (bench.done(), bench.parked()) == (["a", "c"], {"b": ("too_old", 1), "d": ("too_old", 1)})


def test_parked_is_not_seen_so_that_it_can_come_back(db: Transactions) -> None:
    bench = Bench(db, fails_on("a", error=KeyError("x")))
    bench.work_off("a")
    bench.work_off("a")
    assert bench.parked() == {"a": ("handler_failed", 6)}
    bench.act = nothing
    bench.work_off("a")
    assert bench.done() == ["a"]


def test_parked_messages_share_the_transaction_of_the_batch(db: Transactions) -> None:
    bench = Bench(db, times(100, Unavailable("down")), stop_after=3)
    broken = Delivery(b"{", "channel.events", "note.written.v1", CONTENT_TYPE, message_id="broken")
    with pytest.raises(Interrupted):
        bench.worker.work_off([delivery("a"), broken], bench._acknowledge)
    assert (bench.parked(), bench.acknowledged) == ({}, [])


def test_a_stop_interrupts_the_waiting_and_nothing_is_acknowledged(db: Transactions) -> None:
    bench = Bench(db, times(100, Unavailable("down")), stop_after=5)
    with pytest.raises(Interrupted):
        bench.work_off("a")
    assert (bench.done(), bench.parked(), bench.acknowledged) == ([], {}, [])


def test_a_batch_too_big_for_the_statement_timeout_is_done_in_parts(db: Transactions) -> None:
    def act(uow: Any, events: list[Event]) -> None:
        uow.connection.execute(text("SELECT pg_sleep(:s)"), {"s": 0.2 * len(events)})

    bench = Bench(db, act)
    bench.work_off("a", "b", "c", "d")
    assert (bench.done(), bench.parked()) == (["a", "b", "c", "d"], {})


def test_what_cannot_even_be_parked_is_held_until_it_can(db: Transactions) -> None:
    """Giving it back would count as a delivery for all that wait behind it."""
    bench = Bench(db, nothing, stop_after=30)
    broken = Delivery(b"{", "channel.events", "x", CONTENT_TYPE, message_id="broken")
    db.run(lambda uow: uow.connection.exec_driver_sql("ALTER TABLE parked_message RENAME TO gone"))
    try:
        with pytest.raises(Interrupted):
            bench.worker.work_off([broken], bench._acknowledge)
    finally:
        db.run(lambda uow: uow.connection.exec_driver_sql("ALTER TABLE gone RENAME TO parked_message"))
    assert bench.acknowledged == []


def test_an_id_that_two_senders_use_condemns_only_the_event_that_is_bad(db: Transactions) -> None:
    def act(uow: Any, events: list[Event]) -> None:
        for event in events:
            if event.source == "/bad":
                raise BadEvent(event.id, "too_old")

    bench = Bench(db, act)
    deliveries = [
        Delivery(encode(a_note(id="1", source=source)), "channel.events", "note.written.v1", CONTENT_TYPE)
        for source in ("/good", "/bad")
    ]
    bench.worker.work_off(deliveries, bench._acknowledge)
    assert bench.done() == ["1"]
    with db.reading() as connection:
        keys = connection.execute(text("SELECT message_key FROM parked_message")).scalars().all()
    assert keys == ["event /bad 1"]


@pytest.fixture
def five_in_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "PARKED_IN_A_ROW", 5)


@pytest.mark.usefixtures("five_in_a_row")
def test_too_many_failures_of_our_own_in_a_row_stop_the_consumer(db: Transactions) -> None:
    bench = Bench(db, fails_on(*"abcdefgh", error=KeyError("x")))
    with pytest.raises(TooManyParked):
        bench.work_off(*"abcdefgh")
    assert "".join(bench.parked()) == "".join(bench.acknowledged) == "abcde"


@pytest.mark.usefixtures("five_in_a_row")
@pytest.mark.parametrize("error", [Invalid.at("/data", "wrong", "Wrong."), "22003"])
def test_data_that_cannot_be_stored_never_stops_the_consumer(db: Transactions, error: Any) -> None:
    def act(uow: Any, events: list[Event]) -> None:
        if isinstance(error, Exception):
            raise error
        uow.connection.exec_driver_sql(f"DO $$ BEGIN RAISE EXCEPTION 'bad' USING ERRCODE = '{error}'; END $$")

    bench = Bench(db, act)
    bench.work_off(*"abcdefgh")
    assert "".join(bench.parked()) == "".join(bench.acknowledged) == "abcdefgh"


@pytest.mark.usefixtures("five_in_a_row")
def test_a_success_in_between_starts_the_count_again(db: Transactions) -> None:
    bench = Bench(db, fails_on(*"abcdefgh", error=KeyError("x")))
    bench.work_off(*"abcd")
    bench.work_off("good")
    bench.work_off(*"efgh")
    assert "".join(bench.parked()) == "abcdefgh"


def test_what_senders_did_wrong_never_stops_the_consumer(db: Transactions) -> None:
    bench = Bench(db, nothing)
    broken = [Delivery(b"{", "channel.events", "x", CONTENT_TYPE, message_id=str(n)) for n in range(200)]
    bench.worker.work_off(broken, bench._acknowledge)
    assert len(bench.parked()) == 200


def test_a_parked_body_is_kept_as_it_came_up_to_a_megabyte(db: Transactions) -> None:
    bench = Bench(db, nothing)
    bodies = [b"\xff\x00" * 10, b"x" * 3_000_000]
    broken = [Delivery(body, "e", "k", CONTENT_TYPE, headers={"n\x00": "v\x00"}) for body in bodies]
    broken = [d if i else Delivery(d.body, d.exchange, d.routing_key) for i, d in enumerate(broken)]
    broken[1] = Delivery(bodies[1], "e", "k", CONTENT_TYPE)
    bench.worker.work_off(broken, bench._acknowledge)
    with db.reading() as connection:
        statement = text("SELECT body, body_size, body_complete FROM parked_message ORDER BY body_size")
        small, large = connection.execute(statement).all()
    assert (bytes(small.body), small.body_complete) == (bodies[0], True)
    assert (len(large.body), large.body_size, large.body_complete) == (1_048_576, 3_000_000, False)
