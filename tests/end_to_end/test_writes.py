"""Stale edits are refused, repeated creations take effect once, deleted customers come back."""

from __future__ import annotations

import secrets

from tests.support.api import Api, Company, a_mobile


def test_a_stale_edit_is_refused_with_the_present_state(company: Company):
    agent = company.agent(company.team())
    seen = agent.post("/v1/customers", {"name": "Ana", "phone": a_mobile()})
    path, etag = f"/v1/customers/{seen.json()['id']}", seen.headers["ETag"]
    assert agent.patch(path, {"name": "Ana Maria"}, If_Match=etag).status_code == 200

    answer = agent.patch(path, {"name": "Anna"}, If_Match=etag)

    assert answer.status_code == 412
    assert answer.json()["current"]["name"] == "Ana Maria"


def test_a_repeated_creation_with_the_same_key_takes_effect_once(company: Company):
    agent, key, body = (
        company.agent(company.team()),
        secrets.token_hex(8),
        {"name": "Ana", "phone": a_mobile()},
    )

    first = agent.post("/v1/customers", body, Idempotency_Key=key)
    again = agent.post("/v1/customers", body, Idempotency_Key=key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json()["id"] == first.json()["id"]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(agent.every("/v1/customers")) == 1
    assert agent.post("/v1/customers", {**body, "name": "B"}, Idempotency_Key=key).status_code == 422


def test_a_deleted_customer_is_gone_for_agents_frees_its_phone_and_can_be_restored(
    company: Company, admin: Api
):
    team, phone = company.team(), a_mobile()
    agent = company.agent(team)
    path = f"/v1/customers/{agent.created('/v1/customers', {'name': 'Ana', 'phone': phone})['id']}"
    assert agent.delete(path).status_code == 403

    assert admin.delete(path).status_code == 204
    assert agent.get(path).status_code == 404
    second = agent.created("/v1/customers", {"name": "Outra Ana", "phone": phone})
    assert admin.post(f"{path}/restore").status_code == 409
    assert admin.delete(f"/v1/customers/{second['id']}").status_code == 204

    assert admin.post(f"{path}/restore").status_code == 200
    assert agent.get(path).json()["phone"] == phone


def test_the_list_pages_through_everything_once_in_order(company: Company):
    agent = company.agent(company.team())
    names = [f"Nome {n:02d}" for n in range(23)]
    for name in reversed(names):
        agent.created("/v1/customers", {"name": name})

    assert [customer["name"] for customer in agent.every("/v1/customers", sort="name", limit=5)] == names


def test_custom_fields_are_checked_by_their_type(company: Company, admin: Api):
    key, agent = f"plan_{secrets.token_hex(3)}", company.agent(company.team())
    field = {"key": key, "label": key, "type": "select", "options": [{"label": "Gold"}, {"label": "Silver"}]}
    admin.created("/v1/custom-fields", field)

    customer = agent.created("/v1/customers", {"name": "Ana", "custom": {key: "gold"}})
    refused = agent.post("/v1/customers", {"name": "Bia", "custom": {key: "Platinum"}})

    assert customer["custom"][key]["label"] == "Gold"
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == f"/custom/{key}"
