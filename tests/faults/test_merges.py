"""F-07: merges and undos while people and channels write to both, and processes die at any moment.

Nothing is stranded, nothing is lost; a merge is whole or not at all. The history of who was merged is that of
both; after an undo what came by an address is with the address again; notes keep their team.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from random import Random

import psycopg
import pytest

from deploy.local.system import RunningSystem
from tests.faults.couple import Couple
from tests.faults.replicas import CUSTOMERS, TASKS
from tests.faults.wholeness import FORGET_POINTS, Watch, torn
from tests.support.api import Company
from tests.support.campaign import SEED, Verdict, chance, size

VICTIMS = (*CUSTOMERS, *TASKS)

# The seeded bug: what comes by an address of an absorbed record is written to the survivor's.
_MOVE = """
    CREATE FUNCTION move() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.customer_id := (SELECT root_id FROM customer WHERE id = NEW.customer_id);
        RETURN NEW;
    END $$;
    CREATE TRIGGER move BEFORE INSERT ON interaction FOR EACH ROW EXECUTE FUNCTION move()"""
_STAY = "DROP TRIGGER move ON interaction; DROP FUNCTION move()"
_REMEMBER = "DROP TRIGGER forget ON contact_point; DROP FUNCTION forget()"


def a_verdict(id: str) -> Verdict:
    return Verdict(id, n=0, more={"stranded": 0, "torn": 0, "other_team": 0})


def is_clean(verdict: Verdict) -> bool:
    return verdict.passed and not (
        verdict.more["stranded"] or verdict.more["torn"] or verdict.more["other_team"]
    )


@pytest.mark.timeout(1800)
def test_merges_and_undos_strand_nothing_while_processes_die(system: RunningSystem, company: Company):
    couples = [Couple(system, company) for _ in range(size(3, 12))]
    verdict = a_verdict("F-07")
    with Watch(system.database_url("customers")) as watch, everybody_busy(couples):
        verdict.disturbances = kill(system, chance(), seconds=size(8, 300))
    for couple in couples:
        couple.judge(verdict)
    verdict.more |= {
        "torn": watch.torn,
        "moments": watch.moments,
        "merges": sum(couple.merges for couple in couples),
        "undos": sum(couple.undos for couple in couples),
        "statuses": dict(sorted(sum((couple.statuses for couple in couples), Counter()).items())),
    }
    verdict.report()
    assert verdict.disturbances >= size(2, 30)
    assert verdict.more["merges"] >= size(1, 200)
    assert watch.moments >= size(10, 500)
    assert is_clean(verdict)


def test_what_is_with_the_wrong_one_is_noticed(system: RunningSystem, company: Company):
    couple, rng = Couple(system, company), chance()
    with seeded(system, _MOVE, _STAY):
        couple.merge_or_undo(rng)
        for one in couple.both:
            couple.tell(one)
        couple.wait_for_messages()
        couple.merge_or_undo(rng)
    verdict = a_verdict("F-07, seeded bug")
    couple.judge(verdict, within=0)
    assert (verdict.lost, verdict.duplicated) == (1, 1)


def test_a_merge_that_is_not_whole_is_noticed(system: RunningSystem, company: Company):
    """The other seeded bug."""
    couple, rng = Couple(system, company), chance()
    with seeded(system, FORGET_POINTS, _REMEMBER):
        couple.merge_or_undo(rng)
        with psycopg.connect(system.database_url("customers")) as connection:
            assert torn(connection) == 1
    couple.merge_or_undo(rng)


@contextmanager
def seeded(system: RunningSystem, begin: str, end: str) -> Iterator[None]:
    with psycopg.connect(system.database_url("customers"), autocommit=True) as connection:
        connection.execute(begin)
        try:
            yield
        finally:
            connection.execute(end)


@contextmanager
def everybody_busy(couples: list[Couple]) -> Iterator[None]:
    """One merges and undoes, two write, for each couple, until the block ends."""
    over = threading.Event()

    def repeat(work: Callable[[Random], None], seed: str, pause: float) -> None:
        rng = Random(seed)
        while not over.is_set():
            work(rng)
            time.sleep(rng.uniform(0, pause))

    with ThreadPoolExecutor(3 * len(couples)) as pool:
        busy: list[Future[None]] = []
        for number, couple in enumerate(couples):
            busy.append(pool.submit(repeat, couple.merge_or_undo, f"{SEED} {number}", size(1, 2)))
            for one in couple.both:
                write = lambda rng, couple=couple, one=one: couple.write(one, rng)  # noqa: E731
                busy.append(pool.submit(repeat, write, f"{SEED} {one.phone}", size(1, 2) * 0.3))
        try:
            yield
        finally:
            over.set()
        for each in busy:
            each.result()


def kill(system: RunningSystem, rng: Random, *, seconds: float) -> int:
    """One after the other, without waiting for whoever takes the place."""
    killed, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(rng.uniform(1, size(3, 6)))
        with suppress(LookupError):  # its successor has not started yet
            system.kill(rng.choice(VICTIMS))
            killed += 1
    return killed
