"""F-04: messages that cannot be processed are put aside with a reason; the good ones go through."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator

import kombu
import pytest

from deploy.local.system import RunningSystem
from tests.support.api import Api, Company, a_mobile
from tests.support.campaign import Verdict, chance, size
from tests.support.events import conversation_event
from tests.support.waiting import eventually

CLOUDEVENT = "application/cloudevents+json"
TYPE = "conversation.started.v1"
MARK = "poison-mark"
Raw = tuple[bytes, str, str]  # body, content type, routing key


def _event(**changes: object) -> dict:
    return {**conversation_event(phone=a_mobile(), name=MARK), **changes}


def _poison(n: int) -> Raw:
    """One of nine ways to be wrong, each with a mark that must not reach a log.

    No two are the same bytes: those would be one message, sent twice.
    """
    good = _event()
    without_conversation = {**good, "data": {"contact": good["data"]["contact"]}}
    ways: list[Raw] = [
        (f'{{"specversion": "1.0", "id": {n}, "name": "{MARK}'.encode(), CLOUDEVENT, TYPE),
        (json.dumps(good).encode()[:-20] + b"\xff\xfe poison-mark", CLOUDEVENT, TYPE),
        (f"<{MARK} n='{n}'/>".encode(), "text/xml", TYPE),
        (json.dumps(without_conversation).encode(), CLOUDEVENT, TYPE),
        (f'{{"{MARK}{n}": '.encode() * 40_000, CLOUDEVENT, TYPE),
        (json.dumps(_event(id=f"nul\x00{MARK}{n}")).encode(), CLOUDEVENT, TYPE),
        (json.dumps({**good, "data": {**good["data"], "x": MARK * 450_000}}).encode(), CLOUDEVENT, TYPE),
        (json.dumps(_event(type="conversation.started.v9")).encode(), CLOUDEVENT, "conversation.started.v9"),
        (f"[{n}]".encode(), CLOUDEVENT, TYPE),
    ]
    return ways[n % len(ways)]


def _send(amqp_url: str, exchange: str, messages: Iterable[Raw], **properties: str) -> None:
    with kombu.Connection(amqp_url, transport_options={"confirm_publish": True}) as connection:
        channel = connection.channel()
        for body, content_type, routing_key in messages:
            producer = kombu.Producer(
                channel, exchange=kombu.Exchange(exchange, "topic", no_declare=True), auto_declare=False
            )
            producer.publish(
                body,
                routing_key=routing_key,
                content_type=content_type,
                content_encoding="utf-8",
                **properties,
            )


def _mixed(good: list[dict], bad: list[Raw]) -> Iterator[Raw]:
    wrapped = [(json.dumps(event).encode(), CLOUDEVENT, event["type"]) for event in good]
    return iter(chance().sample(wrapped + bad, len(wrapped) + len(bad)))


@pytest.mark.timeout(900)
def test_poisoned_events_are_parked_with_a_reason_and_the_others_processed(
    system: RunningSystem, company: Company, admin: Api
):
    team, count, poisons = company.team(), size(400, 20_000), size(27, 200)
    agent, before = company.agent(team), len(admin.every("/v1/dead-letters", limit=200))
    good = [conversation_event(phone=a_mobile(), team=team, name=f"G {n}") for n in range(count)]
    verdict = Verdict("F-04", n=count, disturbances=poisons)

    _send(system.amqp_url_connector, "channel.events", _mixed(good, [_poison(n) for n in range(poisons)]))

    eventually(lambda: len(agent.every("/v1/customers", limit=200)) >= count, within=size(60, 300), every=1)
    parked = eventually(
        lambda: (
            (found := admin.every("/v1/dead-letters", limit=200)) and len(found) >= before + poisons and found
        ),
        within=60,
        every=0.5,
    )
    verdict.lost = before + poisons - len(parked)
    verdict.duplicated = len(agent.every("/v1/customers", limit=200)) - count
    assert all(message["reason"] for message in parked)
    assert MARK not in system.logs()
    assert verdict.report().passed


@pytest.mark.timeout(300)
def test_poisoned_calls_harm_nobody(system: RunningSystem, company: Company):
    agent = company.agent(company.team())
    pids = {name: process.pid for name, process in system.processes().items()}
    call = json.dumps({"args": [], "kwargs": {}}).encode()
    poison = [
        (call, "application/json", "customers.get_customer"),  # no reply_to
        (b"\xff\xfe", "application/json", "customers.get_customer"),
        (b"{", "application/json", "customers.__group__"),
        (b"[" * 200_000, "application/json", "customers.__group__"),
        (b'{"calls": [{"id": 1}, 7, null]}', "application/json", "customers.__group__"),
        (call, "application/x-python-serialize", "customers.get_customer"),
        (call, "", "customers.nothing"),
        (b'"' + b"x" * 5_000_000 + b'"', "application/json", "customers.get_customer"),
    ]

    _send(system.amqp_url_operator, "nameko-rpc", poison * size(2, 25))
    _send(system.amqp_url_operator, "nameko-rpc", poison * size(2, 25), reply_to=secrets.token_hex(8))

    assert agent.get("/v1/customers").status_code == 200
    assert {name: process.pid for name, process in system.processes().items()} == pids


def test_a_parked_event_can_be_replayed_and_discarded(system: RunningSystem, company: Company, admin: Api):
    _send(system.amqp_url_connector, "channel.events", [(b"{", CLOUDEVENT, TYPE)])
    parked = eventually(lambda: admin.get("/v1/dead-letters", limit=200).json()["data"])[0]
    path = f"/v1/dead-letters/{parked['id']}"

    assert admin.post(f"{path}/replay").status_code in {200, 202, 204}
    back = eventually(
        lambda: [
            m for m in admin.every("/v1/dead-letters", limit=200) if m["last_seen"] > parked["last_seen"]
        ]
    )[0]
    assert admin.delete(f"/v1/dead-letters/{back['id']}").status_code == 204
    assert back["id"] not in {message["id"] for message in admin.every("/v1/dead-letters", limit=200)}
    assert company.agent(company.team()).get("/v1/dead-letters").status_code == 403
