"""F-04: messages that cannot be processed are put aside with a reason; the good ones go through."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from uuid import uuid4

import kombu
import psycopg
import pytest

from deploy.local.system import RunningSystem
from tests.support.api import Api, Company, a_mobile
from tests.support.campaign import Verdict, chance, size
from tests.support.events import conversation_event
from tests.support.waiting import eventually

CLOUDEVENT = "application/cloudevents+json"
TYPE = "conversation.started.v1"
CHANGED, DIRECTORY = "customers.changed.v1", "directory.changed.v1"
MARK = "poison-mark"
Raw = tuple[bytes, str, str]  # body, content type, routing key


def _event(**changes: object) -> dict:
    return {**conversation_event(phone=a_mobile(), name=MARK), **changes}


def _told(type: str, data: dict) -> dict:
    """What a service tells the others."""
    return {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": "/services/customers",
        "type": type,
        "time": datetime.now(UTC).isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }


def _deleted(customer: str) -> dict:
    entry = {"id": customer, "version": 1, "revision": 2, "kind": "deleted", "members": [customer]}
    return _told(CHANGED, {"customers": [entry]})


def _wrong(n: int, good: dict, lacking: dict) -> list[Raw]:
    """Nine ways to be wrong, each with a mark that must not reach a log; `lacking` is data without a field.

    No two are the same bytes: those would be one message, sent twice.
    """
    type_, data = good["type"], good["data"]
    ways: list[tuple[bytes, str]] = [
        (f'{{"specversion": "1.0", "id": {n}, "name": "{MARK}'.encode(), CLOUDEVENT),
        (json.dumps(good).encode()[:-20] + b"\xff\xfe poison-mark", CLOUDEVENT),
        (f"<{MARK} n='{n}'/>".encode(), "text/xml"),
        (json.dumps({**good, "data": {**lacking, "x": MARK}}).encode(), CLOUDEVENT),
        (f'{{"{MARK}{n}": '.encode() * 40_000, CLOUDEVENT),
        (json.dumps({**good, "id": f"nul\x00{MARK}{n}"}).encode(), CLOUDEVENT),
        (json.dumps({**good, "data": {**data, "x": MARK * 450_000}}).encode(), CLOUDEVENT),
        (json.dumps({**good, "type": type_.replace(".v1", ".v9")}).encode(), CLOUDEVENT),
        (f"[{n}]".encode(), CLOUDEVENT),
    ]
    return [(body, content_type, type_) for body, content_type in ways]


def _poison(n: int) -> Raw:
    """For the customers service."""
    good = _event()
    ways = _wrong(n, good, {"contact": good["data"]["contact"]})
    ways[7] = (ways[7][0], CLOUDEVENT, "conversation.started.v9")
    return ways[n % len(ways)]


def _poison_for_tasks(n: int) -> Raw:
    ways = _wrong(n, _deleted(str(uuid4())), {"customers": [{"kind": "deleted", "id": MARK}]})
    newer = _told(DIRECTORY, {"revision": f"{MARK} {n}"})
    ways.append((json.dumps(newer).encode(), CLOUDEVENT, DIRECTORY))
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


_ADD_TASKS = """
    INSERT INTO task (id, title, customer_id, responsible_id, author_id, created_at, updated_at)
    SELECT id, 'Call back', id, id, id, now(), now() FROM unnest(%s::uuid[]) AS planned (id)"""


@pytest.mark.timeout(900)
def test_poison_among_what_services_tell_each_other_is_parked_and_the_rest_handled(
    system: RunningSystem, admin: Api
):
    count, poisons = size(100, 5_000), size(30, 200)
    verdict = Verdict("F-04 tasks", n=count, disturbances=poisons)
    customers = [str(uuid4()) for _ in range(count)]
    good = [_deleted(each) for each in customers]
    good += [_told(DIRECTORY, {"revision": 1}) for _ in range(count // 10)]
    pids = {name: process.pid for name, process in system.processes().items()}

    known = {letter["id"] for letter in admin.every("/v1/dead-letters", limit=200, service="tasks")}

    def parked() -> list[dict]:
        there = admin.every("/v1/dead-letters", limit=200, service="tasks")
        return [letter for letter in there if letter["id"] not in known]

    with psycopg.connect(system.database_url("tasks"), autocommit=True) as connection:
        connection.execute(_ADD_TASKS, (customers,))

        def handled() -> int:
            count_them = "SELECT count(*) FROM task WHERE status = 'cancelled' AND id = ANY(%s::uuid[])"
            [number] = connection.execute(count_them, (customers,)).fetchone()
            return number

        poison = [_poison_for_tasks(n) for n in range(poisons)]
        _send(system.amqp_url_operator, "crm.events", _mixed(good, poison))
        eventually(lambda: handled() >= count, within=size(60, 300), every=0.5)

    found = eventually(lambda: len(there := parked()) >= poisons and there, within=60, every=0.5)
    verdict.lost, verdict.duplicated = poisons - len(found), max(0, len(found) - poisons)
    assert all(message["reason"] for message in found)
    assert "handler_failed" not in {message["reason"] for message in found}
    assert MARK not in system.logs()
    assert {name: process.pid for name, process in system.processes().items()} == pids
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
    known = {message["id"] for message in admin.every("/v1/dead-letters", limit=200)}
    _send(system.amqp_url_connector, "channel.events", [(f'{{"{company.team()}'.encode(), CLOUDEVENT, TYPE)])
    parked = eventually(
        lambda: [m for m in admin.every("/v1/dead-letters", limit=200) if m["id"] not in known]
    )[0]
    path = f"/v1/dead-letters/{parked['id']}"

    assert admin.post(f"{path}/replay").status_code in {200, 202, 204}
    back = eventually(
        lambda: [
            m
            for m in admin.every("/v1/dead-letters", limit=200)
            if m["id"] not in known and m["last_seen"] > parked["last_seen"]
        ]
    )[0]
    assert admin.delete(f"/v1/dead-letters/{back['id']}").status_code == 204
    assert back["id"] not in {message["id"] for message in admin.every("/v1/dead-letters", limit=200)}
    assert company.agent(company.team()).get("/v1/dead-letters").status_code == 403
