"""A report in the background goes on when its worker dies: nobody is left out of it, nobody counts twice."""

from __future__ import annotations

import time

import pytest

from deploy.local.system import RunningSystem
from tests.faults.replicas import successor
from tests.support.api import Company
from tests.support.campaign import Verdict, chance, size
from tests.support.crowd import a_crowd, forget

PATH = "/v1/reports/runs"
WORKER = "reports-worker"
ASKED = {"configuration": {"groupings": [{"field": "status"}, {"field": "channel"}]}, "source": {}}


@pytest.mark.timeout(900)
def test_killed_workers_leave_nobody_out_and_count_nobody_twice(system: RunningSystem, company: Company):
    url, rng, count = system.database_url("customers"), chance(), size(20_000, 400_000)
    verdict, team = Verdict("report-kills", n=count), company.team()
    agent, ids = company.agent(team), a_crowd(url, team, count)
    try:
        run = agent.post(PATH, ASKED).raise_for_status().json()
        seen = 0
        while not run["finished_at"]:
            run = agent.get(f"{PATH}/{run['id']}").raise_for_status().json()
            # Only work that goes on can be cut short: each kill waits for a step since the last one.
            if run["version"] > seen and not run["finished_at"] and verdict.disturbances < size(2, 20):
                seen = run["version"]
                time.sleep(rng.uniform(0, 0.2))
                successor(system, system.kill(WORKER), WORKER)
                verdict.disturbances += 1
        assert run["status"] == "succeeded"
        report = agent.get(run["links"]["result"]).raise_for_status().json()
        preview = agent.post("/v1/reports/preview", ASKED).raise_for_status().json()
        assert report["rows"] == preview["rows"]
        told = report["grand_total"]
        verdict.lost, verdict.duplicated = max(0, count - told), max(0, told - count)
        assert verdict.disturbances >= 1
        assert verdict.report().passed
    finally:
        forget(url, ids)
