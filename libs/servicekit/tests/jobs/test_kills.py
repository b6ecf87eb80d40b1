"""Exactly once, whatever is done to the processes."""

from __future__ import annotations

import random
import signal
import time
from contextlib import ExitStack

import pytest

from servicekit.testing.process import ServiceProcess
from servicekit.testing.waiting import eventually
from servicekit.tests.jobs.shop import Shop

KILLS = 3
ITEMS = 200


def test_nothing_is_lost_or_done_twice_when_workers_are_killed_at_random(shop: Shop):
    rng, job_ids = random.Random(1), [shop.count(to=ITEMS, seconds=0.01) for _ in range(2)]
    killed = 0
    while killed < KILLS:
        with shop.worker(f"worker-{killed}", JOB_LEASE_SECONDS="0.4", JOB_SLICE_SECONDS="0.3") as worker:
            _until_it_works(shop, worker, f"worker-{killed}")
            time.sleep(rng.uniform(0, 0.1))
            worker.signal(signal.SIGKILL)
            worker.wait()
        killed += 1
    assert not all(shop.job(job_id).is_finished for job_id in job_ids)
    with shop.worker("last"):
        for job_id in job_ids:
            shop.finished(job_id, within=30)
    for job_id in job_ids:
        assert shop.effects(job_id) == dict.fromkeys(range(ITEMS), 1)


@pytest.mark.parametrize("moment", ["in a step", "between steps"])
def test_a_worker_that_was_stopped_past_its_lease_repeats_nothing(shop: Shop, moment: str):
    job_id = shop.count(to=100_000, seconds=0.3 if moment == "in a step" else 0.001)
    with ExitStack() as stack:
        first = stack.enter_context(shop.worker("first", JOB_LEASE_SECONDS="0.8"))
        shop.under_way(job_id)
        first.signal(signal.SIGSTOP)
        stack.enter_context(shop.worker("second", JOB_LEASE_SECONDS="0.8"))
        eventually(lambda: "second" in shop.done_by(job_id), within=30, what="a takeover")
        first.signal(signal.SIGCONT)
        eventually(lambda: first.logged("slice", outcome="overtaken"), within=30, what="a sign of it")
        shop.cancel(job_id)
        job = shop.finished(job_id, within=30)
    assert shop.effects(job_id) == dict.fromkeys(range(job.done), 1)


def _until_it_works(shop: Shop, worker: ServiceProcess, name: str) -> None:
    def has_done_something() -> bool:
        with shop.db.reading() as connection:
            found = connection.exec_driver_sql(
                "SELECT 1 FROM effect WHERE instance = %(name)s LIMIT 1", {"name": name}
            )
            return found.first() is not None

    eventually(has_done_something, what="a first step")
