"""F-02, F-02b: however many create one person at once, in whatever spelling and way, there is one."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from deploy.local.system import RunningSystem
from tests.faults.spellings import forty_spellings
from tests.support.api import Api, Company, a_mobile
from tests.support.campaign import Verdict, chance, size
from tests.support.events import conversation_event, publish
from tests.support.waiting import eventually

CLIENTS = size(40, 200)


def _create_at_once(
    agent: Api, system: RunningSystem, team: str, spellings: list[tuple[str, str]]
) -> tuple[list, int]:
    """Half of the clients create over HTTP, half publish; returns the answers and the events sent."""
    barrier = Barrier(len(spellings))

    def one(job: tuple[int, tuple[str, str]]) -> int | None:
        number, (kind, spelling) = job
        barrier.wait()
        if number % 2:
            return agent.post("/v1/customers", {"name": f"P{number}", kind: spelling}).status_code
        contact = {"name": f"E{number}", "identities": [{"kind": kind, "value": spelling}]}
        publish(system.amqp_url_connector, [conversation_event(team=team, contact=contact)])
        return None

    with ThreadPoolExecutor(len(spellings)) as pool:
        statuses = list(pool.map(one, enumerate(spellings)))
    return [status for status in statuses if status], statuses.count(None)


def _one_phone(system: RunningSystem, company: Company, verdict: Verdict) -> None:
    """One round: everybody writes the same number; counts what is twice and what is missing."""
    team, phone = company.team(), a_mobile()
    agent = company.agent(team)
    spellings = chance().choices(forty_spellings(phone), k=CLIENTS)

    statuses, events = _create_at_once(agent, system, team, spellings)

    assert set(statuses) <= {201, 409}
    [customer] = eventually(lambda: agent.get("/v1/customers").json()["data"])
    history = f"/v1/customers/{customer['id']}/history"
    eventually(lambda: len(agent.every(history, kind="message", limit=200)) >= events, within=30)
    verdict.n += len(spellings)
    verdict.disturbances += len(spellings) - 1
    verdict.duplicated += len(agent.every("/v1/customers")) - 1
    verdict.lost += events - len(agent.every(history, kind="conversation", limit=200))


@pytest.mark.timeout(1800)
def test_one_phone_in_forty_spellings_from_everywhere_at_once_is_one_customer(
    system: RunningSystem, company: Company
):
    verdict = Verdict("F-02", n=0)
    for _ in range(size(2, 50)):
        _one_phone(system, company, verdict)
    assert verdict.report().passed


@pytest.mark.timeout(1800)
def test_overlapping_addresses_in_every_order_give_each_address_one_owner(company: Company):
    agent, rounds, verdict = company.agent(company.team()), size(12, 200), Verdict("F-02b", n=0)
    orders = itertools.cycle(itertools.permutations(range(3)))
    for order in itertools.islice(orders, rounds):
        phone, chat, email = a_mobile(), a_mobile(), f"m{a_mobile()[1:]}@example.com"
        bodies = [
            {"name": "A", "phone": phone, "email": email},
            {"name": "B", "email": email, "whatsapp": chat},
            {"name": "C", "whatsapp": chat, "phone": phone},
        ]

        with ThreadPoolExecutor(3) as pool:
            answers = list(pool.map(lambda n, bodies=bodies: agent.post("/v1/customers", bodies[n]), order))

        statuses = sorted(answer.status_code for answer in answers)
        verdict.n, verdict.disturbances = verdict.n + 3, verdict.disturbances + 2
        assert statuses == [201, 409, 409]
    assert verdict.report().passed
