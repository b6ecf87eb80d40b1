"""Asking for a conversation through the gateway."""

from __future__ import annotations

import pytest

from gateway.tests.canned import HIDDEN, KNOWN, MERGED
from gateway.tests.fake_outreach import REQUEST

CONVERSATIONS = f"/v1/customers/{KNOWN}/conversations"


def test_a_request_is_accepted_and_followed(agent, admin):
    answer = agent.client.post(CONVERSATIONS, json={"channel": "whatsapp", "message": "Olá!"})
    where = f"/v1/conversation-requests/{REQUEST}"
    assert (answer.status_code, answer.headers["location"], answer.headers["etag"]) == (202, where, '"1"')
    assert (answer.json()["state"], answer.json()["message"]) == ("asked", "Olá!")
    assert admin.get(where).json()["contact_point"] == KNOWN
    followed = agent.client.get(where, headers={"If-None-Match": '"1"'})
    assert (followed.status_code, followed.json()["state"]) == (200, "expired")
    assert followed.json()["masked"] == ["contact_point"]


def test_a_repetition_is_marked(agent):
    headers = {"Idempotency-Key": "again"}
    answer = agent.client.post(CONVERSATIONS, json={"channel": "whatsapp"}, headers=headers)
    assert answer.headers["idempotent-replayed"] == "true"


def test_a_merged_id_means_the_survivor(agent):
    answer = agent.client.post(f"/v1/customers/{MERGED}/conversations", json={"channel": "whatsapp"})
    assert (answer.status_code, answer.json()["customer"]) == (202, KNOWN)


def test_what_the_service_refuses_is_passed_on(agent):
    answer = agent.client.post(CONVERSATIONS, json={"channel": "telegram"})
    assert (answer.status_code, answer.json()["code"]) == (409, "no_address")
    answer = agent.client.post(CONVERSATIONS, json={"channel": "email"})
    assert answer.json()["errors"][0]["code"] == "source_required"
    for path in (f"/v1/customers/{HIDDEN}/conversations", "/v1/customers/x/conversations"):
        assert agent.client.post(path, json={"channel": "whatsapp"}).status_code == 404
    assert agent.client.get(f"/v1/conversation-requests/{HIDDEN}").status_code == 404


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/channel"),
        ({"channel": "Whats App"}, "/channel"),
        ({"channel": "sms", "colour": "red"}, "/colour"),
        ({"channel": "sms", "message": "x" * 4001}, "/message"),
        ({"channel": "sms", "team": "Vendas"}, "/team"),
        ({"channel": "sms", "source": ""}, "/source"),
    ],
)
def test_the_shape_is_checked_at_the_door(agent, body, pointer):
    answer = agent.client.post(CONVERSATIONS, json=body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
