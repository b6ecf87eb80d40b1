"""Reports are computed in other processes, which are few, may die, and end when they are not needed."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from servicekit.errors import Conflict, Invalid, Unavailable
from servicekit.jsonio import dumps
from servicekit.testing.waiting import eventually
from services.reports.computing import pool as pools
from services.reports.computing.pool import Pool
from services.reports.computing.wire import Incoming
from services.reports.tests.computing.processes import held, lives
from services.reports.tests.computing.tasks import a_report, totals

TASK = a_report(["Gold", "Silver"], [0, 1, 0, -1])
EXPECTED = {"Gold": 2, "Silver": 1, "(empty)": 1}


@pytest.fixture
def made() -> Iterator[Callable[..., Pool]]:
    every: list[Pool] = []

    def make(**how: Any) -> Pool:
        every.append(Pool(**how))
        return every[-1]

    yield make
    for pool in every:
        pool.close()


def behind(work: Callable[[], Any]) -> Future[Any]:
    """In a thread of its own."""
    future: Future[Any] = Future()

    def do() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=do, daemon=True).start()
    return future


def warm(pool: Pool) -> int:
    """The process of a pool that has one."""
    assert totals(pool.run(TASK)) == EXPECTED
    (pid,) = pool.processes
    return pid


def test_a_process_starts_with_the_first_report_and_stays_for_the_next(made: Callable[..., Pool]):
    pool = made()
    assert pool.processes == []
    pid = warm(pool)
    assert totals(pool.run(TASK)) == EXPECTED
    assert pool.processes == [pid]


def test_what_is_wrong_with_a_task_is_told_and_the_process_goes_on(made: Callable[..., Pool]):
    pool = made()
    pid = warm(pool)
    bad = {**TASK, "configuration": {"groupings": [{"field": "nothing"}]}}
    with pytest.raises(Invalid, match="unknown_field"):
        pool.run(bad)
    with pytest.raises(RuntimeError, match="KeyError at "):
        pool.run({"do": "nothing"})
    assert warm(pool) == pid


@pytest.mark.parametrize("how", [{}, {"csv": {}}])
def test_an_answer_that_is_larger_than_it_may_be_never_leaves_its_process(
    made: Callable[..., Pool], monkeypatch: pytest.MonkeyPatch, how: Any
):
    pool = made()
    pid = warm(pool)
    told = len(dumps(pool.run({**TASK, **how})))
    assert pool.run({**TASK, **how}, most_bytes=told)
    arrived = arrivals(monkeypatch)
    with pytest.raises(Invalid) as refused:
        pool.run({**TASK, **how}, most_bytes=told - 1)
    [error] = refused.value.payload["errors"]
    assert (error["pointer"], error["code"]) == ("/configuration/groupings/0", "too_many_rows")
    assert len(arrived) == 1
    assert "error" in arrived[0]
    assert warm(pool) == pid


def test_whoever_says_nothing_of_its_size_gets_a_large_one(
    made: Callable[..., Pool], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pools, "MOST_BYTES", 100)
    with pytest.raises(Invalid, match="too_many_rows"):
        made().run(TASK)


def arrivals(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Whatever comes from a process from now on."""
    arrived: list[Any] = []
    message = Incoming.message

    def noted(incoming: Incoming) -> Any:
        arrived.append(message(incoming))
        return arrived[-1]

    monkeypatch.setattr(Incoming, "message", noted)
    return arrived


def test_who_asks_again_gives_up_what_they_asked_before(made: Callable[..., Pool]):
    pool = made(processes=2)
    with held(warm(pool)):
        first = behind(lambda: pool.run(TASK, key="ana 1"))
        eventually(lambda: pool.busy)
        assert totals(pool.run(TASK, key="ana 1")) == EXPECTED
        with pytest.raises(Conflict, match="superseded"):
            first.result(5)


def test_whoever_asked_last_is_answered_whoever_is_ready_first(made: Callable[..., Pool]):
    pool = made()
    with pool.turn("ana 1") as first:
        with pool.turn("ana 1") as last:
            assert totals(pool.run(TASK, turn=last)) == EXPECTED
            with pytest.raises(Conflict, match="superseded"):
                pool.run(TASK, turn=first)
            assert totals(pool.run(TASK, turn=last)) == EXPECTED
        with pytest.raises(Conflict, match="superseded"):
            pool.run(TASK, turn=first)
    assert totals(pool.run(TASK, key="ana 1")) == EXPECTED


def test_what_was_given_up_may_come_to_its_end(made: Callable[..., Pool], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pools, "GRACE_SECONDS", 30.0)
    pool = made(processes=1)
    pid = warm(pool)
    with held(pid):
        first = behind(lambda: pool.run(TASK, key="ana 1"))
        eventually(lambda: pool.busy)
        other = a_report(["Else"], [0])
        again = behind(lambda: pool.run(other, key="ana 1", deadline=60))
        with pytest.raises(Conflict):
            first.result(5)
    assert totals(again.result(30)) == {"Else": 1}
    assert pool.processes == [pid]


def test_what_was_given_up_and_does_not_end_is_ended(made: Callable[..., Pool]):
    pool = made(processes=1)
    pid = warm(pool)
    with held(pid):
        first = behind(lambda: pool.run(TASK, key="ana 1"))
        eventually(lambda: pool.busy)
        assert totals(pool.run(TASK, key="ana 1")) == EXPECTED
        with pytest.raises(Conflict):
            first.result(5)
    assert not lives(pid)


def test_other_forms_are_not_given_up(made: Callable[..., Pool]):
    pool = made(processes=2)
    with held(warm(pool)):
        first = behind(lambda: pool.run(TASK, key="ana 1", deadline=60))
        eventually(lambda: pool.busy)
        for key in ("ana 2", "bo 1", None):
            assert totals(pool.run(TASK, key=key)) == EXPECTED
        assert not first.done()
    assert totals(first.result(30)) == EXPECTED


def test_there_are_no_more_processes_than_may_be(made: Callable[..., Pool]):
    pool = made(processes=1)
    with held(warm(pool)):
        first = behind(lambda: pool.run(TASK, deadline=60))
        eventually(lambda: pool.busy)
        with pytest.raises(Unavailable, match="computing_busy"):
            pool.run(TASK, deadline=0.3)
        second = behind(lambda: pool.run(TASK, deadline=60))
    assert totals(first.result(30)) == totals(second.result(30)) == EXPECTED
    assert len(pool.processes) == 1


def test_what_takes_too_long_is_ended(made: Callable[..., Pool]):
    pool = made()
    pid = warm(pool)
    with held(pid), pytest.raises(Invalid, match="query_too_expensive"):
        pool.run(TASK, deadline=0.3)
    assert not lives(pid)
    assert totals(pool.run(TASK)) == EXPECTED


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGABRT])
def test_whoever_loses_a_process_gets_another(made: Callable[..., Pool], how: signal.Signals):
    """Killed, or aborted as one that gets no memory: others may have taken that."""
    pool = made(processes=1)
    pid = warm(pool)
    with held(pid):
        asked = behind(lambda: pool.run(TASK, deadline=60))
        eventually(lambda: pool.busy)
        os.kill(pid, how)
    assert totals(asked.result(30)) == EXPECTED


def test_a_process_that_was_killed_is_replaced(made: Callable[..., Pool]):
    pool = made(processes=1)
    idle = warm(pool)
    os.kill(idle, signal.SIGKILL)
    eventually(lambda: not lives(idle))
    assert warm(pool) != idle


def test_a_report_that_needs_too_much_memory_is_refused(made: Callable[..., Pool]):
    pool = made(processes=1, memory_mb=192)
    with pytest.raises(Invalid, match="report_too_large"):
        pool.run(a_report(["Gold"], [0] * 8_000_000), deadline=60)
    assert pool.processes == []
    assert totals(pool.run(TASK)) == EXPECTED


def test_processes_that_have_nothing_to_do_end(made: Callable[..., Pool]):
    pool = made(idle_seconds=0.2)
    pid = warm(pool)
    eventually(lambda: not lives(pid))
    assert pool.processes == []
    assert totals(pool.run(TASK)) == EXPECTED


def test_whoever_is_about_to_ask_finds_a_process(made: Callable[..., Pool]):
    pool = made(processes=2)
    pool.warm()
    [pid] = pool.processes
    pool.warm()
    assert totals(pool.run(TASK)) == EXPECTED
    assert pool.processes == [pid]
    pool.close()
    pool.warm()
    assert pool.processes == []


def test_with_the_pool_its_processes_end(made: Callable[..., Pool]):
    pool = made(processes=2)
    pid = warm(pool)
    with held(pid):
        asked = behind(lambda: pool.run(TASK, deadline=60))
        eventually(lambda: pool.busy)
        pool.close()
    assert not lives(pid)
    for ended in (asked.result, lambda _: pool.run(TASK)):
        with pytest.raises(Unavailable):
            ended(30)


def test_a_process_knows_no_secret_and_writes_no_file(
    made: Callable[..., Pool], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody:a-secret@host/db")
    monkeypatch.setenv("STORAGE_URL", "file:///of/this/test")
    pid = warm(made())
    environment = Path(f"/proc/{pid}/environ").read_bytes()
    assert b"a-secret" not in environment
    assert b"file:///of/this/test" in environment
    assert "Max file size             0 " in Path(f"/proc/{pid}/limits").read_text()
