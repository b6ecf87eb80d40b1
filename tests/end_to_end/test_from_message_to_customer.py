"""The main job: somebody writes, a customer appears once, the right agents see it and nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from deploy.local.system import RunningSystem
from tests.support.api import Api, Company, a_mobile
from tests.support.events import conversation_event, publish
from tests.support.waiting import eventually


def _named(api: Api, name: str) -> list[dict]:
    page = api.get("/v1/customers", sort="-created_at", limit=200).raise_for_status().json()
    return [customer for customer in page["data"] if customer["name"] == name]


def test_a_whatsapp_message_becomes_a_customer_that_only_its_team_sees(
    system: RunningSystem, company: Company
):
    team, other = company.team(), company.team()
    mine, theirs, phone = company.agent(team), company.agent(other), a_mobile()

    publish(system.amqp_url_connector, [conversation_event(phone=f"{phone[1:]}@s.whatsapp.net", team=team)])

    [customer] = eventually(lambda: mine.get("/v1/customers").json()["data"])
    assert customer["whatsapp"] == phone
    assert (customer["name"], customer["channel"], customer["teams"]) == ("Ana Souza", "whatsapp", [team])
    assert theirs.get("/v1/customers").json()["data"] == []
    assert theirs.get(f"/v1/customers/{customer['id']}").status_code == 404


def test_the_http_door_takes_events_of_a_connector_and_the_history_shows_them_once(company: Company):
    team, phone = company.team(), a_mobile()
    agent, connector = company.agent(team), company.connector("/channels/whatsapp/door")
    start = conversation_event(
        phone=phone, team=team, source="/channels/whatsapp/door", conversation=f"c{phone}"
    )
    more = conversation_event(
        "message", source="/channels/whatsapp/door", conversation=f"c{phone}", message="Tudo bem?"
    )

    assert connector.post("/v1/events", start).status_code == 202
    answer = connector.http.post(
        "/v1/events", json=[start, more], headers={"Content-Type": "application/cloudevents-batch+json"}
    )

    assert answer.json() == {"accepted": 1, "repeated": 1}
    [customer] = eventually(lambda: agent.get("/v1/customers").json()["data"])
    history = f"/v1/customers/{customer['id']}/history"
    eventually(lambda: [m["preview"] for m in agent.every(history, kind="message")] == ["Tudo bem?", "Oi!"])
    [conversation] = agent.every(history, kind="conversation")
    assert (conversation["messages"], conversation["last_preview"]) == (2, "Tudo bem?")


def test_a_second_message_changes_the_last_interaction_and_not_the_version(
    system: RunningSystem, company: Company
):
    team, phone = company.team(), a_mobile()
    agent, conversation = company.agent(team), f"c{phone}"
    early = datetime.now(UTC) - timedelta(hours=2)
    publish(
        system.amqp_url_connector,
        [conversation_event(phone=phone, team=team, conversation=conversation, at=early)],
    )
    [before] = eventually(lambda: agent.get("/v1/customers").json()["data"])

    publish(
        system.amqp_url_connector, [conversation_event("message", phone=phone, conversation=conversation)]
    )

    after = eventually(
        lambda: [
            customer
            for customer in agent.get("/v1/customers").json()["data"]
            if customer["last_interaction_at"] > before["last_interaction_at"]
        ]
    )
    assert after[0]["version"] == before["version"]


def test_an_agent_cannot_post_events(company: Company):
    agent = company.agent(company.team())

    answer = agent.post("/v1/events", conversation_event(phone=a_mobile()))

    assert answer.status_code == 403
    assert answer.headers["Content-Type"].startswith("application/problem+json")


def test_a_connector_cannot_post_events_of_another_source(company: Company):
    connector = company.connector("/channels/whatsapp/one")

    answer = connector.post(
        "/v1/events", conversation_event(phone=a_mobile(), source="/channels/whatsapp/two")
    )

    assert answer.status_code in {403, 422}


def test_a_batch_with_one_malformed_event_is_refused_whole(company: Company):
    connector = company.connector("/channels/whatsapp/whole")
    good = conversation_event(phone=a_mobile(), source="/channels/whatsapp/whole")
    bad = {**conversation_event(source="/channels/whatsapp/whole"), "type": 7}

    answer = connector.http.post(
        "/v1/events", json=[good, bad], headers={"Content-Type": "application/cloudevents-batch+json"}
    )

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].startswith("/1")
    assert connector.post("/v1/events", good).json() == {"accepted": 1, "repeated": 0}
