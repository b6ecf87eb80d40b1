"""A bulk action goes on when its worker dies: no customer is left out, none is changed twice."""

from __future__ import annotations

import time

import pytest

from deploy.local.system import RunningSystem
from tests.faults.replicas import successor
from tests.support.api import Company
from tests.support.campaign import Verdict, chance, size
from tests.support.crowd import a_crowd, changes_of, versions_of

PATH = "/v1/customers/bulk"
WORKER = "customers-worker"


@pytest.mark.timeout(900)
def test_killed_workers_leave_nobody_out_and_change_nobody_twice(system: RunningSystem, company: Company):
    url, rng, count = system.database_url("customers"), chance(), size(6_000, 50_000)
    verdict, team = Verdict("bulk-kills", n=count), company.team()
    agent, ids = company.agent(team), a_crowd(url, team, count)
    asked = {"action": "add_tags", "tags": ["reached"], "selection": {"all": True}}
    job = agent.post(PATH, asked).raise_for_status().json()

    seen = 0
    while not job["finished_at"]:
        job = agent.get(f"{PATH}/{job['id']}").raise_for_status().json()
        # Only work that goes on can be cut short: each kill waits for a step since the last one.
        if job["version"] > seen and verdict.disturbances < size(2, 30):
            seen = job["version"]
            time.sleep(rng.uniform(0, 0.2))
            successor(system, system.kill(WORKER), WORKER)
            verdict.disturbances += 1

    assert job["status"] == "succeeded"
    assert job["counts"] == {"changed": count, "unchanged": 0, "refused": 0}
    changes = changes_of(url, ids)
    verdict.lost, verdict.duplicated = max(0, count - changes), max(0, changes - count)
    assert versions_of(url, ids) == {2}
    assert verdict.disturbances >= size(2, 20)
    assert verdict.report().passed
