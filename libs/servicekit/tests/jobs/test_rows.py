"""Jobs as a service makes, finds, lists, cancels and forgets them; no worker process is running."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from servicekit import jobs
from servicekit.ids import new_id
from servicekit.testing.jobs import run_jobs
from servicekit.tests.jobs.shop import OWNER, Shop
from servicekit.tests.jobs.workshop import JOBS, Answering


def test_a_job_of_a_transaction_that_failed_never_was(shop: Shop):
    with suppress(KeyError), shop.db.unit_of_work() as uow:
        job_id = jobs.create(uow, kind="count", created_by=OWNER, parameters={"to": 1})
        raise KeyError
    with shop.db.reading() as connection:
        assert jobs.find(connection, job_id) is None


def test_a_job_that_has_not_begun_is_cancelled_at_once(shop: Shop):
    job_id = shop.count(to=3)
    shop.cancel(job_id)
    assert run_jobs(shop.db, JOBS) == 0
    job = shop.job(job_id)
    assert (job.status, job.started_at, job.version) == ("cancelled", None, 2)
    assert job.finished_at is not None


def test_a_job_that_is_over_cannot_be_cancelled_any_more(shop: Shop):
    job_id = shop.count(to=1)
    run_jobs(shop.db, JOBS)
    before = shop.job(job_id)
    shop.cancel(job_id)
    assert shop.job(job_id) == before


def test_of_a_kind_that_stands_alone_there_is_one_at_a_time(shop: Shop):
    with shop.db.unit_of_work() as uow, shop.db.unit_of_work() as other:
        first = jobs.create_alone(uow, kind="ask", created_by=OWNER)
        assert first is not None
        assert jobs.create_alone(other, kind="ask", created_by=OWNER) is None
    with shop.db.unit_of_work() as uow:
        assert jobs.create_alone(uow, kind="ask", created_by=OWNER) is None
    shop.cancel(first)
    with shop.db.unit_of_work() as uow:
        assert jobs.create_alone(uow, kind="ask", created_by=OWNER) is not None


def test_jobs_are_listed_newest_first_by_kind_and_owner(shop: Shop):
    ids = [shop.count(to=1) for _ in range(3)]
    shop.queue("ask")
    assert _pages(shop, created_by=OWNER) == ids[::-1]
    assert _pages(shop) == ids[::-1]
    assert _pages(shop, created_by=str(new_id())) == []


def test_jobs_are_forgotten_thirty_days_after_their_end(shop: Shop):
    old, new, unfinished = shop.count(to=1), shop.count(to=1), shop.count(to=1)
    for job_id, days in ((old, 31), (new, 29)):
        shop.change(
            "UPDATE job SET status = 'succeeded', finished_at = now() - make_interval(days => :days)"
            " WHERE id = :id",
            id=job_id,
            days=days,
        )
    assert jobs.purge_finished(shop.db) == 1
    assert _pages(shop) == [unfinished, new]


def test_what_prepare_returns_is_handed_to_the_step(shop: Shop):
    job_id = shop.queue("ask")
    run_jobs(shop.db, JOBS, rpc=Answering(5))
    assert (shop.job(job_id).status, shop.job(job_id).state) == ("partially_failed", {"answer": 5})


def test_a_patient_connection_makes_an_index_without_a_lock(shop: Shop):
    job_id = shop.queue("index")
    run_jobs(shop.db, JOBS)
    assert shop.job(job_id).status == "succeeded"


def _pages(shop: Shop, created_by: str | None = None) -> list[UUID]:
    """All ids, read in pages of two."""
    found: list[UUID] = []
    cursor = None
    with shop.db.reading() as connection:
        while True:
            page = jobs.list_of(connection, kind="count", created_by=created_by, limit=2, cursor=cursor)
            found += [job.id for job in page.jobs]
            if (cursor := page.next) is None:
                return found
