"""Possible duplicates and requests for access through the gateway: answers are canned."""

from __future__ import annotations

import pytest

from gateway.tests.canned import HIDDEN, KNOWN, LETTER, MERGED, NOTE, SLOW

QUEUE, SCANS, ACCESS = "/v1/duplicates", "/v1/duplicates/scans", "/v1/access-requests"


def test_what_is_typed_is_checked(agent):
    found = agent.client.post(
        f"{QUEUE}/check", json={"name": "Maria", "phone": "(11) 98765-4321", "email": None}
    )
    assert found.status_code == 200
    [match] = found.json()["matches"]
    assert (match["id"], match["certainty"], match["matched_on"]) == (
        KNOWN,
        "exact",
        ["email", "name", "phone"],
    )
    assert match["links"]["merge"] == f"/v1/customers/{KNOWN}/absorb"
    assert agent.client.post(f"{QUEUE}/check", json={"instagram": "x"}).status_code == 422


def test_who_has_asked_too_much_checks_nothing_for_a_while(agent):
    refused = agent.client.post(f"{QUEUE}/check", json={"phone": "+5511900000429"})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1234")


def test_the_queue_is_asked_for_as_it_is_narrowed(agent):
    def asked(**query):
        page = agent.client.get(QUEUE, params=query)
        assert page.status_code == 200, page.text
        return page.json()["data"][0]["customers"][0]["name"]

    assert asked() == "None None None None"
    assert (
        asked(min_score=80, shared="true", customer=KNOWN, reason="same_line") == f"80 True {KNOWN} same_line"
    )
    assert asked(shared="false") == "None False None None"


@pytest.mark.parametrize("wrong", ["min_score=101", "shared=1", "customer=x", "reason=gossip", "sort=score"])
def test_it_is_narrowed_by_what_there_is(agent, wrong):
    assert agent.client.get(f"{QUEUE}?{wrong}").status_code == 422


def test_a_pair_is_shown_and_decided(agent, admin):
    assert agent.client.get(f"{QUEUE}/{LETTER}").json()["shared_identity"] is True
    decided = agent.client.patch(f"{QUEUE}/{LETTER}", json={"decision": "not_duplicate"})
    assert (decided.status_code, decided.json()["decision"]) == (200, "not_duplicate")
    entry = admin.get("/v1/audit?limit=1").json()["data"][0]
    assert (entry["operation"], entry["target"], entry["user_id"]) == ("decide_duplicate", LETTER, agent.id)
    assert agent.client.patch(f"{QUEUE}/{LETTER}", json={"decision": "same"}).status_code == 422
    assert agent.client.patch(f"{QUEUE}/{HIDDEN}", json={"decision": "not_duplicate"}).status_code == 404
    assert agent.client.get(f"{QUEUE}/{HIDDEN}").status_code == 404


def test_clusters_are_a_list_of_their_own(agent):
    [cluster] = agent.client.get(f"{QUEUE}/clusters").json()["data"]
    assert (cluster["exact"], [each["id"] for each in cluster["customers"]]) == (True, [KNOWN, SLOW])


def test_scans_are_for_administrators(admin, agent):
    started = admin.post(SCANS)
    assert (started.status_code, started.headers["location"]) == (202, f"{SCANS}/{LETTER}")
    assert [each["id"] for each in admin.get(SCANS).json()["data"]] == [LETTER]
    shown = admin.get(f"{SCANS}/{LETTER}")
    assert (shown.json()["kind"], shown.headers["etag"]) == ("scan_pairs", '"5"')
    assert admin.post(f"{SCANS}/{LETTER}/cancel").json()["cancel_requested"] is True
    assert "event: end" in admin.get(f"{SCANS}/{LETTER}/events").text
    assert admin.get(f"{SCANS}/{HIDDEN}").status_code == 404
    assert agent.client.post(SCANS).status_code == 403


def test_access_is_asked_for_with_the_token_of_the_answer(agent, admin):
    refused = agent.client.post("/v1/customers", json={"name": "Restricted"})
    token = refused.json()["access_request_token"]
    asked = agent.client.post(ACCESS, json={"token": token})
    assert (asked.status_code, asked.headers["location"]) == (201, f"{ACCESS}/{LETTER}")
    assert (asked.json()["state"], asked.json()["customer"]) == ("pending", None)
    entry = admin.get("/v1/audit?limit=1").json()["data"][0]
    assert (entry["operation"], entry["target"], entry["user_id"]) == ("request_access", LETTER, agent.id)
    unknown = agent.client.post(ACCESS, json={"token": "stolen"})
    assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (422, "unknown_token")


def test_administrators_see_who_asks_for_whom_and_decide(agent, admin):
    [request] = admin.get(ACCESS, params={"state": "pending"}).json()["data"]
    assert (request["asked_by"], request["customer"]) == (NOTE, KNOWN)
    request = f"{ACCESS}/{LETTER}"
    stale = admin.patch(request, json={"decision": "declined"}, headers={"If-Match": '"7"'})
    assert (stale.status_code, stale.json()["current"]["id"]) == (412, LETTER)
    assert admin.patch(request, json={"decision": "granted"}).json()["errors"][0]["code"] == "team_required"
    granted = admin.patch(request, json={"decision": "granted", "team": NOTE}, headers={"If-Match": '"1"'})
    assert (granted.json()["state"], granted.headers["etag"]) == ("granted", '"2"')
    assert agent.client.patch(request, json={"decision": "granted"}).status_code == 403
    assert [each["customer"] for each in agent.client.get(ACCESS).json()["data"]] == [None]


def test_a_profile_says_how_many_look_like_the_same_person(agent):
    profile = agent.client.get(f"/v1/customers/{KNOWN}/profile").json()
    assert (profile["possible_duplicates"], profile["missing"]) == (2, [])
    moved = agent.client.get(f"/v1/customers/{MERGED}/profile")
    assert (moved.status_code, moved.headers["location"]) == (308, f"/v1/customers/{KNOWN}/profile")
