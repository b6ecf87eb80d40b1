"""Bulk actions through the gateway: the bus is real, the answers are canned."""

from __future__ import annotations

from uuid import uuid4

import httpx
import pytest

from gateway.tests.canned import HIDDEN, KNOWN

PATH = "/v1/customers/bulk"
ASKED = {"action": "set_status", "status": "blocked", "selection": {"all": True}}


def test_a_bulk_action_is_accepted_with_the_place_where_to_look(agent):
    answer = agent.client.post(PATH, json=ASKED)
    assert (answer.status_code, answer.headers["location"]) == (202, f"{PATH}/{KNOWN}")
    assert answer.json()["counts"] == {"changed": 1, "unchanged": 0, "refused": 0}


def test_the_audit_trail_names_it(admin):
    admin.post(PATH, json=ASKED)
    entry = admin.get("/v1/audit?limit=1").json()["data"][0]
    assert (entry["operation"], entry["target"]) == ("start_bulk", KNOWN)


def test_a_dry_run_is_answered_at_once(agent):
    answer = agent.client.post(PATH, json={**ASKED, "dry_run": True})
    assert answer.status_code == 200
    assert answer.json() == {"dry_run": True, "matched": {"value": 12, "relation": "eq"}}


def test_the_time_zone_of_the_caller_goes_along(agent):
    answer = agent.client.post(PATH, json=ASKED, headers={"Time-Zone": "America/Sao_Paulo"})
    assert answer.json()["arguments"] == {"time_zone": "America/Sao_Paulo"}


def test_a_repetition_says_that_it_is_one(agent):
    key = {"Idempotency-Key": str(uuid4())}
    first, second = (agent.client.post(PATH, json=ASKED, headers=key) for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert "idempotent-replayed" not in first.headers


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"action": "explode"}, "/action"),
        ({"tags": "vip"}, "/tags"),
        ({"assignee": "you"}, "/assignee"),
        ({"team": "north"}, "/team"),
        ({"selection": {"everybody": True}}, "/selection/everybody"),
        ({"selection": {"all": False}}, "/selection/all"),
        ({"ids": ["x"]}, "/ids/0"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_wrong_shapes_are_refused_where_they_are_wrong(agent, wrong, pointer):
    answer = agent.client.post(PATH, json={**ASKED, **wrong})
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


def test_ten_thousand_ids_are_taken_and_no_more(agent):
    ids = [str(uuid4()) for _ in range(10_001)]
    asked = {"action": "set_status", "status": "blocked", "dry_run": True}
    assert agent.client.post(PATH, json={**asked, "ids": ids[:-1]}).status_code == 200
    refused = agent.client.post(PATH, json={**asked, "ids": ids})
    assert [fault["pointer"] for fault in refused.json()["errors"]] == ["/ids"]


def test_what_a_role_may_never_do_is_forbidden(agent):
    answer = agent.client.post(PATH, json={"action": "delete", "selection": {"all": True}})
    assert (answer.status_code, answer.json()["code"]) == (403, "administrators_only")


def test_a_bulk_action_is_shown_cancelled_and_listed(agent):
    shown = agent.client.get(f"{PATH}/{KNOWN}")
    assert (shown.status_code, shown.headers["etag"]) == (200, '"5"')
    assert agent.client.get(f"{PATH}/{KNOWN}", headers={"If-None-Match": '"5"'}).status_code == 304
    assert agent.client.post(f"{PATH}/{KNOWN}/cancel").json()["cancel_requested"] is True
    assert [each["id"] for each in agent.client.get(PATH).json()["data"]] == [KNOWN]
    refusals = agent.client.get(f"{PATH}/{KNOWN}/refusals", params={"limit": 1}).json()
    assert refusals["page"] == {"next": "more", "has_more": True}


@pytest.mark.parametrize("place", ["", "/refusals", "/events"])
def test_that_of_somebody_else_does_not_exist(agent, place):
    assert agent.client.get(f"{PATH}/{HIDDEN}{place}").status_code == 404


def test_one_that_is_over_is_told_in_one_event(agent):
    answer: httpx.Response = agent.client.get(f"{PATH}/{KNOWN}/events")
    assert answer.headers["content-type"] == "text/event-stream"
    assert "event: end" in answer.text
    assert "event: progress" not in answer.text
