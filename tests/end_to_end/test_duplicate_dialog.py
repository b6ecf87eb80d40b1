"""What the duplicate dialog offers, each of it end to end: view, merge into, update, ask for access."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.api import Api, Company, a_mobile

ACCESS = "/v1/access-requests"


@pytest.fixture
def agent(company: Company) -> Api:
    return company.agent(company.team())


def refused(agent: Api, **typed: Any) -> dict[str, Any]:
    answer = agent.post("/v1/customers", {"name": "Typed", **typed})
    assert (answer.status_code, answer.json()["code"]) == (409, "duplicate_customer")
    return dict(answer.json())


def asked_for(agent: Api, phone: str) -> dict[str, Any]:
    return agent.created(ACCESS, {"token": refused(agent, phone=phone)["access_request_token"]})


def request_as_seen_by(who: Api, request: str) -> dict[str, Any]:
    return next(each for each in who.get(ACCESS, limit=200).json()["data"] if each["id"] == request)


def test_each_link_of_the_answer_does_what_it_says(agent: Api):
    phone, second, third = a_mobile(), a_mobile(), a_mobile()
    known = agent.created("/v1/customers", {"name": "Maria", "phone": phone})["id"]
    [match] = refused(agent, whatsapp=phone, phone=second)["matches"]

    assert agent.get(match["links"]["view"]).json()["id"] == known
    merged = agent.post(match["links"]["merge"], {"mode": "merge", "name": "Typed", "phone": second})
    assert (merged.status_code, merged.json()["name"], merged.json()["phone"]) == (200, "Maria", phone)
    point = {"kind": "phone", "value": third, "primary": True}
    updated = agent.patch(match["links"]["update"], {"name": "Typed", "contact_points": {"add": [point]}})
    assert (updated.status_code, updated.json()["name"], updated.json()["phone"]) == (200, "Typed", third)
    assert {each["value"] for each in updated.json()["contact_points"]} == {phone, second, third}


def test_while_typing_one_sees_who_it_may_be(agent: Api):
    phone = a_mobile()
    known = agent.created("/v1/customers", {"name": "Maria Silva", "phone": phone})["id"]
    spelt = f"({phone[3:5]}) {phone[6:10]}-{phone[10:]}"
    [match] = agent.post("/v1/duplicates/check", {"name": "Someone", "whatsapp": spelt}).json()["matches"]
    assert (match["id"], match["certainty"], match["matched_on"]) == (known, "exact", ["whatsapp"])
    assert match["links"]["merge"] == f"/v1/customers/{known}/absorb"


def test_whoever_asks_for_access_sees_the_customer_once_it_is_granted(agent: Api, company: Company):
    phone, team = a_mobile(), company.team()
    hidden = company.admin.created("/v1/customers", {"name": "Segredo", "phone": phone, "teams": [team]})[
        "id"
    ]
    request = asked_for(agent, phone)
    assert (request["state"], request["customer"]) == ("pending", None)
    assert agent.get(f"/v1/customers/{hidden}").status_code == 404
    assert request_as_seen_by(company.admin, request["id"])["customer"] == hidden

    decided = company.admin.patch(f"{ACCESS}/{request['id']}", {"decision": "granted"}, If_Match='"1"')
    assert (decided.status_code, decided.json()["state"]) == (200, "granted"), decided.text
    assert agent.get(f"/v1/customers/{hidden}").json()["name"] == "Segredo"
    seen = request_as_seen_by(agent, request["id"])
    assert (seen["state"], seen["customer"]) == ("granted", hidden)
    again = company.admin.patch(f"{ACCESS}/{request['id']}", {"decision": "declined"}, If_Match='"1"')
    assert again.status_code == 412


def test_whoever_is_declined_is_not_told(agent: Api, company: Company):
    phone = a_mobile()
    hidden = company.agent(company.team()).created("/v1/customers", {"name": "Segredo", "phone": phone})["id"]
    request = asked_for(agent, phone)
    decided = company.admin.patch(f"{ACCESS}/{request['id']}", {"decision": "declined"})
    assert decided.json()["state"] == "declined"
    assert request_as_seen_by(agent, request["id"]) == request
    assert agent.get(f"/v1/customers/{hidden}").status_code == 404


def test_a_token_is_of_no_use_to_somebody_else(agent: Api, company: Company):
    phone = a_mobile()
    company.agent(company.team()).created("/v1/customers", {"name": "Segredo", "phone": phone})
    token = refused(agent, phone=phone)["access_request_token"]
    for thief in (company.agent(company.team()), company.admin):
        answer = thief.post(ACCESS, {"token": token})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "unknown_token")
