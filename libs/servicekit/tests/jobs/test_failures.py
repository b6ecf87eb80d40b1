"""What becomes of a job that does not work out."""

from __future__ import annotations

import pytest

from servicekit import jobs
from servicekit.testing.jobs import run_jobs
from servicekit.testing.waiting import eventually
from servicekit.tests.jobs.shop import Shop
from servicekit.tests.jobs.workshop import JOBS

CANARY = "canary@example.com"


@pytest.mark.parametrize(("how", "code"), [("secretly", "internal_error"), ("with a code", "in_the_way")])
def test_a_job_that_fails_five_times_in_a_row_shows_a_code_and_a_reference(shop: Shop, how: str, code: str):
    job_id = shop.queue("stumble", how=how)
    with shop.worker() as worker:
        job = shop.finished(job_id)
        [line] = eventually(lambda: worker.logged("job failed"), what="a line in the log")
        assert len(worker.logged("slice", outcome="retries")) == 4
    problem = jobs.job_message(job)["problem"]
    assert (job.status, problem["code"], problem["reference"]) == ("failed", code, line["reference"])
    assert CANARY not in "\n".join(worker.lines) + str(problem)
    assert shop.effects(job_id) == {}


def test_a_step_that_gives_up_has_not_happened_and_is_not_tried_again(shop: Shop):
    job_id = shop.queue("stumble", how="for good")
    assert run_jobs(shop.db, JOBS) == 1
    job = shop.job(job_id)
    assert (job.status, job.problem) == ("failed", {"code": "no_use", "detail": "It is of no use."})
    assert shop.effects(job_id) == {}


def test_failures_that_are_not_in_a_row_do_not_add_up(shop: Shop):
    job_id = shop.queue("stumble", how="secretly")
    shop.change("UPDATE job SET attempts = 4")
    shop.change("INSERT INTO plan (name) VALUES ('passes')")
    run_jobs(shop.db, JOBS)
    assert (shop.job(job_id).status, shop.job(job_id).attempts) == ("succeeded", 0)


def test_what_may_pass_by_itself_is_waited_for_however_often(shop: Shop):
    job_id = shop.queue("stumble", how="for now")
    with shop.worker() as worker:
        eventually(lambda: len(worker.logged("slice", outcome="waits")) > 3, what="four waits")
        assert shop.job(job_id).attempts == 0
        shop.change("INSERT INTO plan (name) VALUES ('passes')")
        assert shop.finished(job_id).status == "succeeded"
    assert shop.effects(job_id) == {0: 1}


def test_a_statement_that_takes_too_long_every_time_is_a_failure(shop: Shop):
    job_id = shop.queue("stumble", how="too slowly")
    with shop.worker(STATEMENT_TIMEOUT_MS="100"):
        job = shop.finished(job_id)
    assert job.problem is not None
    assert (job.status, job.problem["code"]) == ("failed", "database_timeout")


def test_a_failing_job_holds_up_no_other(shop: Shop):
    shop.queue("stumble", how="for now")
    with shop.worker():
        assert shop.finished(shop.count(to=3)).status == "succeeded"


def test_a_job_that_kills_its_worker_every_time_is_given_up(shop: Shop):
    with shop.worker() as worker:
        job_id = shop.queue("stumble", how="fatally")
        assert worker.wait() == 1
    shop.change("UPDATE job SET takeovers = 19, lease_until = now()")
    with shop.worker():
        job = shop.finished(job_id)
    assert job.problem is not None
    assert (job.status, job.problem["code"]) == ("failed", "worker_died")
