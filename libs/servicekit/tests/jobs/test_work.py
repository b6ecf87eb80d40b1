"""What becomes of a job that a worker process takes."""

from __future__ import annotations

import signal
from uuid import UUID

import pytest

from servicekit import jobs
from servicekit.testing.process import running_service
from servicekit.testing.proxy import proxied
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
    with shop.worker(JOB_POLL_SECONDS="60"):
        shop.finished(shop.count(to=1))
        shop.finished(shop.count(to=1))  # long before it would look by itself


def test_two_long_jobs_share_one_worker(shop: Shop):
    long, short = shop.count(to=1000, seconds=0.01), shop.count(to=5, seconds=0.01)
    with shop.worker(JOB_SLICE_SECONDS="0.1"):
        shop.finished(short)
    order = shop.order()
    assert 0 < order.count(long) < 100
    assert order[0] == long


def many_jobs_of_both(shop: Shop) -> list[UUID]:
    """More and more, until both workers have done a part: a busy machine may keep one of them waiting."""
    ids: list[UUID] = []
    for _ in range(20):
        ids += [shop.count(to=20, seconds=0.005) for _ in range(6)]
        for job_id in ids[-6:]:
            shop.finished(job_id)
        if set().union(*map(shop.done_by, ids)) == {"first", "second"}:
            return ids
    raise AssertionError("one worker did everything")


def test_two_workers_never_work_on_one_job_at_a_time(shop: Shop):
    with (
        shop.worker("first", JOB_SLICE_SECONDS="0.02"),
        shop.worker("second", JOB_SLICE_SECONDS="0.02"),
    ):
        ids = many_jobs_of_both(shop)
    for job_id in ids:
        assert shop.effects(job_id) == dict.fromkeys(range(20), 1)


def test_a_running_job_ends_after_the_step_in_which_it_is_cancelled(shop: Shop):
    job_id = shop.count(to=1000, seconds=0.02)
    with shop.worker():
        shop.under_way(job_id)
        shop.cancel(job_id)
        job = shop.finished(job_id)
    assert (job.status, job.cancel_requested) == ("cancelled", True)
    assert shop.effects(job_id) == dict.fromkeys(range(job.done), 1)


def test_a_stop_waits_for_the_step_and_another_worker_goes_on_at_once(shop: Shop):
    job_id = shop.count(to=1000, seconds=0.2)
    with shop.worker("first", JOB_LEASE_SECONDS="60") as first:
        shop.under_way(job_id)
        first.signal(signal.SIGTERM)
        assert first.wait() == 0
    with shop.worker("second"):
        eventually(lambda: "second" in shop.done_by(job_id), within=20, what="a step of the second")
        shop.cancel(job_id)
        job = shop.finished(job_id)
    assert shop.effects(job_id) == dict.fromkeys(range(job.done), 1)


def test_a_step_that_takes_longer_than_a_stop_may_is_done_again_by_another(shop: Shop):
    job_id = shop.count(to=2, seconds=8)
    with shop.worker("first", JOB_LEASE_SECONDS="60", STOP_TIMEOUT="0.5") as first:
        eventually(lambda: shop.job(job_id).status == "running", what="a beginning")
        first.signal(signal.SIGTERM)
        assert first.wait() == 75
    shop.change("UPDATE job SET parameters = '{\"to\": 2}'")
    with shop.worker("second"):
        shop.finished(job_id)
    assert shop.effects(job_id) == {0: 1, 1: 1}
    assert shop.done_by(job_id) == {"second"}


def test_a_worker_calls_services_and_waits_for_one_that_is_away(shop: Shop, bus_url: str):
    job_id = shop.queue("ask")
    with shop.worker() as worker:
        eventually(lambda: worker.logged("slice", outcome="waits"), what="a wait")
        with running_service("servicekit.tests.rpc.workshop:Workshop", AMQP_URL=bus_url):
            job = shop.finished(job_id)
    assert (job.status, job.state) == ("partially_failed", {"answer": 5})


def test_a_worker_outlives_the_broker_and_its_database(shop: Shop, bus_url: str):
    with proxied(bus_url) as (broker, amqp_url), proxied(shop.url) as (database, database_url):
        job_id = shop.count(to=200, seconds=0.01)
        with shop.worker(DATABASE_URL=database_url, AMQP_URL=amqp_url) as worker:
            shop.under_way(job_id)
            broker.cut()
            database.cut()
            eventually(lambda: not worker.ready, what="a worker that says so")
            database.restore()
            shop.finished(job_id)
            eventually(lambda: worker.ready, what="a worker that is ready again")
            asked = shop.queue("ask")
            eventually(lambda: worker.logged("slice", kind="ask", outcome="waits"), what="a wait")
            broker.restore()
            with running_service("servicekit.tests.rpc.workshop:Workshop", AMQP_URL=bus_url):
                shop.finished(asked)
    assert shop.effects(job_id) == dict.fromkeys(range(200), 1)


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
def test_a_worker_says_how_it_is(shop: Shop, path: str):
    with shop.worker() as worker:
        assert worker.get(path).status_code == 200
