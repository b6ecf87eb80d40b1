"""What becomes of a job that a worker process takes."""

from __future__ import annotations

import time

from servicekit import jobs
from servicekit.testing.waiting import eventually
from servicekit.tests.jobs.shop import OWNER, Shop


def test_a_job_is_done_step_by_step_and_shows_how_far_it_has_come(shop: Shop):
    with shop.worker():
        job = shop.finished(shop.count(to=3))
    assert shop.effects(job.id) == {0: 1, 1: 1, 2: 1}
    assert job.status == "succeeded"
    shown = jobs.job_message(job)
    assert shown["progress"] | {"rate": 0} == {
        "done": 3, "total": 3, "percent": 100.0, "rate": 0, "eta_seconds": None
    }  # fmt: skip
    assert (shown["created_by"], shown["counts"], shown["problem"]) == (OWNER, {"counted": 3}, None)


def test_a_worker_wakes_up_at_once(shop: Shop):
    with shop.worker(JOB_POLL_SECONDS="60") as worker:
        eventually(lambda: worker.ready, what="a worker")
        shop.finished(shop.count(to=1))
        began = time.monotonic()
        shop.finished(shop.count(to=1))
        assert time.monotonic() - began < 1
