"""F-01: processes die at any moment, without warning; nothing acknowledged is lost, nothing is done twice."""

from __future__ import annotations

import signal
import time

import pytest

from deploy.local.system import RunningSystem
from tests.faults.accounts import settle
from tests.faults.replicas import CUSTOMERS, successor, wait_until_ready
from tests.support.api import Company
from tests.support.campaign import Verdict, chance, size
from tests.support.traffic import Traffic

VICTIMS = (*CUSTOMERS, "customers-worker", "gateway", "gateway-rpc")


@pytest.mark.timeout(900)
def test_killed_processes_lose_and_repeat_nothing(system: RunningSystem, company: Company):
    rng, verdict, team = chance(), Verdict("F-01", n=0), company.team()
    agent = company.agent(team)

    with Traffic(agent, system.amqp_url_connector, team) as traffic:
        deadline = time.monotonic() + size(12, 300)
        while time.monotonic() < deadline:
            victim = rng.choice(VICTIMS)
            successor(system, system.kill(victim), victim)
            verdict.disturbances += 1
            time.sleep(1.0)

    settle(agent, traffic.book, verdict)
    verdict.more = {"statuses": {str(k): v for k, v in traffic.book.statuses.items()}}
    assert verdict.disturbances >= size(3, 140)
    assert len(traffic.book.created) > verdict.disturbances
    assert verdict.report().passed


@pytest.mark.timeout(300)
def test_a_rolling_restart_fails_no_request(system: RunningSystem, company: Company):
    """F-19 in small: SIGTERM to each replica of customers in turn, under load."""
    verdict, team = Verdict("F-19", n=0), company.team()
    agent = company.agent(team)

    with Traffic(agent, system.amqp_url_connector, team) as traffic:
        for name in CUSTOMERS * size(1, 5):
            started = time.monotonic()
            next_one = successor(system, system.kill(name, signal.SIGTERM), name)
            assert time.monotonic() - started < 12
            verdict.disturbances += 1
            wait_until_ready(next_one)

    settle(agent, traffic.book, verdict)
    verdict.more = {"statuses": {str(k): v for k, v in traffic.book.statuses.items()}}
    assert set(traffic.book.statuses) == {201}
    assert verdict.report().passed
