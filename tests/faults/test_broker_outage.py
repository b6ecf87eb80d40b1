"""F-14 in small: the broker dies and comes back; services survive, callers hear it at once, events wait."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from deploy.local.system import RunningInstances, RunningSystem, private_instances, running_system
from tests.faults.accounts import settle
from tests.support.api import Company, a_mobile, log_in
from tests.support.campaign import Verdict, size
from tests.support.events import conversation_event
from tests.support.traffic import Traffic
from tests.support.waiting import eventually

SOURCE = "/channels/whatsapp/outage"


@pytest.fixture(scope="module")
def servers() -> Iterator[RunningInstances]:
    with private_instances(durable=False) as running:
        yield running


@pytest.fixture(scope="module")
def fragile(servers: RunningInstances) -> Iterator[RunningSystem]:
    """A system whose broker we may kill."""
    with running_system(instances=servers.environment) as running:
        yield running


@pytest.fixture
def company(fragile: RunningSystem) -> Iterator[Company]:
    with log_in(fragile.url, *fragile.admin) as admin, Company(fragile.url, admin) as made:
        yield made


@pytest.mark.timeout(900)
def test_without_a_broker_callers_get_503_at_once_and_events_are_taken_and_delivered_later(
    servers: RunningInstances, fragile: RunningSystem, company: Company
):
    team, verdict = company.team(), Verdict("F-14", n=0)
    agent, connector = company.agent(team), company.connector(SOURCE)
    alive = {name: process.pid for name, process in fragile.processes().items()}
    for _ in range(size(1, 10)):
        with Traffic(agent, fragile.amqp_url_connector, team) as traffic:
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
    assert {name: process.pid for name, process in fragile.processes().items()} == alive
    assert verdict.report().passed
