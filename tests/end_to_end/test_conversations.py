"""People here begin a conversation: the channel's connector hears of it, and of nothing else, and replies."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import kombu

from deploy.demo.company import SOURCES
from deploy.local.system import RunningSystem
from tests.support.api import Api, Company, a_mobile
from tests.support.events import conversation_event, publish
from tests.support.waiting import eventually

Json = dict[str, Any]
SOURCE = SOURCES["pt"]
QUEUE = "connector-demo.requests"


def take_request(system: RunningSystem) -> Json:
    """As the connector's program does: it reads the queue that it was told of, and declares nothing."""
    with kombu.Connection(system.amqp_url_connector) as connection:
        channel = connection.default_channel
        message = eventually(lambda: channel.basic_get(QUEUE, no_ack=True))
    assert message.properties["content_type"] == "application/cloudevents+json"
    return json.loads(message.body)


def a_customer(agent: Api) -> Json:
    return agent.created("/v1/customers", {"name": "Ana Souza", "whatsapp": a_mobile()})


def start(agent: Api, customer: Json, **data: Any) -> Json:
    body = {"channel": "whatsapp", "source": SOURCE, **data}
    answer = agent.post(f"/v1/customers/{customer['id']}/conversations", body)
    assert answer.status_code == 202, answer.text
    assert agent.get(answer.headers["Location"]).json()["id"] == answer.json()["id"]
    return answer.json()


def becomes(agent: Api, request: Json, state: str) -> Json:
    def look() -> Json | None:
        found = agent.get(f"/v1/conversation-requests/{request['id']}").json()
        return found if found["state"] == state else None

    return eventually(look)


def reply(system: RunningSystem, request: Json, make: Callable[[Json], Json]) -> None:
    publish(system.amqp_url_connector, [make(request)])


def begun(request: Json) -> Json:
    """The person is known by the address that was written to."""
    asked, address = request["data"], request["data"]["address"]
    event = conversation_event(phone=address["value"], source=asked["source"], request_id=asked["request_id"])
    event["data"]["message"] |= {"direction": "outbound", "preview": asked["message"]}
    return event


def refusal(request: Json) -> Json:
    event = conversation_event("refused", source=request["data"]["source"])
    return {**event, "data": {"request_id": request["data"]["request_id"], "reason": "outside_window"}}


def test_what_an_agent_asks_for_is_begun_by_the_connector_and_stands_in_the_history(
    system: RunningSystem, company: Company
):
    team = company.team()
    agent = company.agent(team)
    customer = a_customer(agent)

    request = start(agent, customer, message="Olá Ana!")

    heard = take_request(system)
    assert (heard["type"], heard["source"]) == ("conversation.requested.v1", "/services/customers")
    assert heard["data"]["request_id"] == request["id"]
    assert heard["data"]["address"] == {"kind": "whatsapp", "value": customer["whatsapp"], "scope": None}
    assert (heard["data"]["team"], heard["data"]["message"]) == (team, "Olá Ana!")
    reply(system, heard, begun)
    started = becomes(agent, request, "started")
    [conversation] = agent.every(f"/v1/customers/{customer['id']}/history", kind="conversation")
    assert started["conversation"] == conversation["id"]
    assert conversation["request_id"] == request["id"]


def test_what_the_connector_refuses_is_told_with_its_reason(system: RunningSystem, company: Company):
    agent = company.agent(company.team())
    request = start(agent, a_customer(agent))
    reply(system, take_request(system), refusal)
    assert becomes(agent, request, "refused")["reason"] == "outside_window"


def test_where_nobody_speaks_for_the_account_that_is_said(system: RunningSystem, company: Company):
    agent = company.agent(company.team())
    request = start(agent, a_customer(agent), source="/channels/whatsapp/nobody")
    assert becomes(agent, request, "no_connector")["closed_at"]


def test_the_next_one_goes_to_where_the_customer_wrote_last(system: RunningSystem, company: Company):
    team = company.team()
    agent = company.agent(team)
    customer = a_customer(agent)
    event = conversation_event(phone=customer["whatsapp"], team=team, source=SOURCES["es"])
    publish(system.amqp_url_connector, [event])
    history = f"/v1/customers/{customer['id']}/history"
    eventually(lambda: agent.every(history, kind="conversation"))
    assert start(agent, customer, source=None)["source"] == SOURCES["es"]
    assert take_request(system)["data"]["source"] == SOURCES["es"]
