"""A database with jobs in it, the workers at it, and what they have left behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import text

from servicekit import jobs
from servicekit.database import Transactions
from servicekit.jobs.tables import create_jobs_v1
from servicekit.testing.databases import plumbed_database
from servicekit.testing.process import ServiceProcess, running_worker
from servicekit.testing.waiting import eventually

PATH = "servicekit.tests.jobs.workshop:JOBS"
OWNER = "018f0000-0000-7000-8000-000000000001"
_EFFECT = "CREATE TABLE effect (job_id uuid NOT NULL, item integer NOT NULL, instance text NOT NULL)"
_PLAN = "CREATE TABLE plan (name text PRIMARY KEY)"


class Shop:
    """What a test does with jobs. Everything that has happened is in `effects`."""

    def __init__(self, url: str, amqp_url: str) -> None:
        self.url = url
        self._amqp_url = amqp_url
        self.db = Transactions.connect(url, service="test")

    def worker(self, name: str = "first", **settings: str) -> AbstractContextManager[ServiceProcess]:
        """A worker process with quick leases."""
        environment = {
            "DATABASE_URL": self.url,
            "AMQP_URL": self._amqp_url,
            "INSTANCE": name,
            "JOB_LEASE_SECONDS": "1.5",
            "JOB_RETRY_SECONDS": "0.02",
            **settings,
        }
        return running_worker(PATH, **environment)

    def queue(self, kind: str, total: int | None = None, **parameters: Any) -> UUID:
        with self.db.unit_of_work() as uow:
            return jobs.create(uow, kind=kind, created_by=OWNER, parameters=parameters, total=total)

    def count(self, to: int, seconds: float = 0.0) -> UUID:
        return self.queue("count", total=to, to=to, seconds=seconds)

    def cancel(self, job_id: UUID) -> None:
        with self.db.unit_of_work() as uow:
            jobs.request_cancel(uow, job_id)

    def job(self, job_id: UUID) -> jobs.Job:
        with self.db.reading() as connection:
            job = jobs.find(connection, job_id)
        assert job is not None
        return job

    def finished(self, job_id: UUID, within: float = 10.0) -> jobs.Job:
        return eventually(
            lambda: job if (job := self.job(job_id)).is_finished else None, within=within, what="an end"
        )

    def under_way(self, job_id: UUID) -> jobs.Job:
        return eventually(lambda: job if (job := self.job(job_id)).done else None, what="a first step")

    def effects(self, job_id: UUID) -> Counter[int]:
        """How often each item was done."""
        return Counter(self._column("SELECT item FROM effect WHERE job_id = :job", job_id))

    def done_by(self, job_id: UUID) -> set[str]:
        return set(self._column("SELECT instance FROM effect WHERE job_id = :job", job_id))

    def order(self) -> list[UUID]:
        """Whose items were done, in their order."""
        return list(self._column("SELECT job_id FROM effect ORDER BY ctid", None))

    def change(self, statement: str, **values: Any) -> None:
        with self.db.unit_of_work() as uow:
            uow.connection.execute(text(statement), values)

    def _column(self, statement: str, job_id: UUID | None) -> list[Any]:
        with self.db.reading() as connection:
            return list(connection.execute(text(statement), {"job": job_id} if job_id else {}).scalars())


@contextmanager
def a_shop(amqp_url: str) -> Iterator[Shop]:
    with plumbed_database(_EFFECT, _PLAN) as url:
        with psycopg.connect(url) as connection:
            create_jobs_v1(connection)
        shop = Shop(url, amqp_url)
        try:
            yield shop
        finally:
            shop.db.close()
