"""Merging all exact duplicates goes on when its worker dies: nobody is left out, nobody is merged twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest

from deploy.local.system import RunningSystem
from tests.faults.replicas import successor
from tests.support.api import Api, Company, a_mobile
from tests.support.campaign import Verdict, chance, size
from tests.support.waiting import eventually

PATH = "/v1/merges/bulk"
SETTINGS = "/v1/settings/customers"
WORKER = "dedup-worker"


@contextmanager
def duplicates_allowed(admin: Api) -> Iterator[None]:
    for allowed in (True, False):
        etag = admin.get(SETTINGS).headers["etag"]
        admin.patch(SETTINGS, {"allow_duplicates": allowed}, If_Match=etag).raise_for_status()
        if allowed:
            yield


def seen_again(admin: Api, team: str, times: int) -> list[str]:
    """The ids of as many customers with one number."""
    body = {"name": "Somebody", "phone": a_mobile(), "teams": [team]}
    return [str(admin.created("/v1/customers", body)["id"]) for _ in range(times)]


def merges_of(url: str, ids: list[str]) -> tuple[dict[str, str], list[str]]:
    """Of each record its customer, and whom each merge absorbed."""
    with psycopg.connect(url) as connection:
        roots = connection.execute("SELECT id, root_id FROM customer WHERE id = ANY(%s::uuid[])", [ids])
        members = connection.execute(
            "SELECT customer_id FROM merge_member WHERE customer_id = ANY(%s::uuid[])", [ids]
        )
        return {str(id_): str(root) for id_, root in roots}, [str(row[0]) for row in members]


@pytest.mark.timeout(900)
def test_killed_workers_leave_nobody_out_and_merge_nobody_twice(system: RunningSystem, company: Company):
    rng, admin, team = chance(), company.admin, company.team()
    verdict = Verdict("bulk-merge-kills", n=size(12, 1_500))
    with duplicates_allowed(admin), ThreadPoolExecutor(8) as pool:
        sizes = [rng.choice((2, 2, 3, 12)) for _ in range(verdict.n)]
        people = list(pool.map(lambda times: seen_again(admin, team, times), sizes))
    everybody = [each for several in people for each in several]
    with psycopg.connect(system.database_url("dedup")) as index:
        known = "SELECT count(*) FROM indexed_identity WHERE customer_id = ANY(%s::uuid[])"
        eventually(lambda: index.execute(known, [everybody]).fetchone() == (len(everybody),), within=60)

    job = admin.post(PATH, {"kind": "exact"}).raise_for_status().json()
    seen = 1
    while not job["finished_at"]:
        job = admin.get(f"{PATH}/{job['id']}").raise_for_status().json()
        # Only work that goes on can be cut short: each kill waits for a step since the last one.
        if job["version"] > seen and not job["finished_at"] and verdict.disturbances < size(1, 10):
            seen = job["version"]
            time.sleep(rng.uniform(0, 0.05))
            successor(system, system.kill(WORKER), WORKER)
            verdict.disturbances += 1

    counts = job["counts"]
    assert (job["progress"]["done"], sum(counts.values())) == (job["progress"]["total"],) * 2
    roots, absorbed = merges_of(system.database_url("customers"), everybody)
    verdict.lost = sum(len({roots[each] for each in several}) - 1 for several in people)
    verdict.duplicated = len(absorbed) - len(set(absorbed))
    assert len(absorbed) == len(everybody) - len(people)
    assert verdict.disturbances >= 1
    assert verdict.report().passed
