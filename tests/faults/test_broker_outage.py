"""F-14 in small: the broker dies and comes back; services survive, callers hear it at once, events wait."""

from __future__ import annotations

import time

import pytest

from deploy.local.system import RunningInstances, RunningSystem
from tests.faults.accounts import settle
from tests.faults.replicas import wait_until_ready
from tests.support.api import Company, a_mobile
from tests.support.campaign import Verdict, size
from tests.support.events import conversation_event
from tests.support.traffic import Traffic
from tests.support.waiting import eventually

SOURCE = "/channels/whatsapp/outage"


@pytest.mark.timeout(900)
def test_without_a_broker_callers_get_503_at_once_and_events_are_taken_and_delivered_later(
    servers: RunningInstances, system: RunningSystem, company: Company
):
    team, verdict = company.team(), Verdict("F-14", n=0)
    agent, connector = company.agent(team), company.connector(SOURCE)
    alive = {name: process.pid for name, process in system.processes().items()}
    for _ in range(size(1, 10)):
        with Traffic(agent, system.amqp_url_connector, team) as traffic:
            eventually(lambda: traffic.book.created and traffic.book.messages)
            servers.kill("rabbitmq")
            verdict.disturbances += 1

            refused = eventually(lambda: (a := agent.get("/v1/customers")).status_code == 503 and a)
            assert int(refused.headers["Retry-After"]) >= 1
            started = time.monotonic()
            late = conversation_event(phone=a_mobile(), team=team, source=SOURCE, name=f"L {started}")
            assert connector.post("/v1/events", late).status_code == 202
            assert time.monotonic() - started < 6
            traffic.book.messages.append(f"L {started}")
            eventually(lambda: agent.get("/v1/customers").status_code == 200, within=60)
        settle(agent, traffic.book, verdict)
    for process in system.processes().values():
        if process.health_port is not None:
            wait_until_ready(process)
    assert {name: process.pid for name, process in system.processes().items()} == alive
    assert verdict.report().passed
