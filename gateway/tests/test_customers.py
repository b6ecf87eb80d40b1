"""Customers through the gateway: the bus is real, the answers are canned."""

from __future__ import annotations

from uuid import uuid4

import pytest

from gateway.tests.canned import HIDDEN, KNOWN, MERGED


def test_a_customer_comes_with_its_tag(agent):
    found = agent.client.get(f"/v1/customers/{KNOWN}")
    assert (found.status_code, found.headers["etag"]) == (200, '"3"')


def test_a_customer_is_sent_whole_whatever_version_one_has(agent):
    # Messages, masking and the caller's teams change what is shown, and leave the version.
    again = agent.client.get(f"/v1/customers/{KNOWN}", headers={"If-None-Match": '"3"'})
    assert (again.status_code, again.json()["version"]) == (200, 3)


def test_hidden_missing_and_malformed_ids_answer_the_same_bytes(agent):
    def answer(customer_id):
        found = agent.client.get(f"/v1/customers/{customer_id}", headers={"X-Request-Id": "same"})
        headers = {
            name: value for name, value in found.headers.items() if name not in ("date", "content-length")
        }
        return found.status_code, headers, found.text.replace(customer_id, "ID")

    hidden, missing, malformed = answer(HIDDEN), answer(str(uuid4())), answer("x")
    assert hidden == missing == malformed
    assert hidden[0] == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "location"),
    [
        ("GET", "", None, ""),
        ("PATCH", "", {"name": "x"}, ""),
        ("POST", "/absorb", {"name": "x"}, "/absorb"),
        ("GET", "/history", None, "/history"),
        ("GET", "/history?kind=note", None, "/history"),
        ("GET", "/profile", None, "/profile"),
        ("GET", "/notes", None, "/notes"),
        ("GET", "/tasks", None, "/tasks"),
    ],
)
def test_a_merged_id_leads_to_its_survivor(agent, method, path, body, location):
    answer = agent.client.request(method, f"/v1/customers/{MERGED}{path}", json=body)
    assert (answer.status_code, answer.headers["location"]) == (308, f"/v1/customers/{KNOWN}{location}")


def test_lists_are_pages(agent):
    page = agent.client.get("/v1/customers", params={"limit": 2, "sort": "-name", "include": "total"}).json()
    assert len(page["data"]) == 2
    assert page["page"] == {"next": "next-page", "has_more": True}
    assert page["total"] == {"value": 1000, "relation": "gte"}
    assert "total" not in agent.client.get("/v1/customers?limit=1").json()
    assert len(agent.client.post("/v1/customers/search", json={"limit": 3}).json()["data"]) == 3


def test_the_longest_cursor_comes_back(agent):
    longest = "x" * 9_700
    assert agent.client.get("/v1/customers", params={"cursor": longest}).status_code == 200
    assert agent.client.get("/v1/tags", params={"cursor": longest}).status_code == 200
    assert agent.client.post("/v1/customers/search", json={"cursor": longest}).status_code == 200


def test_what_was_typed_for_a_new_customer_can_be_absorbed_as_it_is(agent):
    typed = {"name": "x", "channel": "whatsapp", "status": "active", "teams": [], "tags": [], "custom": {}}
    assert agent.client.post("/v1/customers", json=typed).status_code == 201
    assert agent.client.post(f"/v1/customers/{KNOWN}/absorb", json=typed).status_code == 200


def test_deleted_customers_are_listed_for_administrators(admin, agent):
    assert admin.get("/v1/customers?deleted=true").status_code == 200
    assert agent.client.get("/v1/customers?deleted=true").status_code == 403


def test_what_the_service_finds_invalid_is_passed_on(agent):
    answer = agent.client.get("/v1/customers?sort=-nonsense")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/sort")


def test_a_customer_is_created_with_its_address(agent):
    made = agent.client.post("/v1/customers", json={"name": "Ana", "tags": ["vip"]})
    assert made.status_code == 201
    assert made.headers["location"] == f"/v1/customers/{made.json()['id']}"


def test_a_duplicate_answers_what_matched_and_what_can_be_done(agent):
    answer = agent.client.post("/v1/customers", json={"name": "Known", "phone": "+5511987654321"})
    found = answer.json()
    assert (answer.status_code, found["type"]) == (409, "/problems/duplicate-customer")
    assert found["title"] == "This customer already exists"
    assert found["matches"][0]["links"]["merge"] == f"/v1/customers/{KNOWN}/absorb"
    assert (found["matched_on"], found["restricted_match"], found["access_request_token"]) == (
        ["phone"],
        False,
        None,
    )


def test_an_administrator_may_allow_a_duplicate(admin):
    assert admin.post("/v1/customers", json={"name": "Known", "allow_duplicate": True}).status_code == 201


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [("Curious", 429, "duplicate_budget_exhausted"), ("Busy", 503, "database_unavailable")],
)
def test_a_refusal_says_when_to_come_back(agent, name, status, code):
    answer = agent.client.post("/v1/customers", json={"name": name})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert int(answer.headers["retry-after"]) in (1234, 3)


def test_a_write_without_an_answer_in_time_has_an_unknown_outcome(agent):
    answer = agent.client.post("/v1/customers", json={"name": "Slow"})
    assert (answer.status_code, answer.json()["code"]) == (504, "outcome_unknown")


def test_a_defect_of_a_service_shows_a_reference_and_nothing_else(agent):
    answer = agent.client.post("/v1/customers", json={"name": "Broken"})
    assert answer.status_code == 500
    assert answer.json()["reference"]
    assert "example.com" not in answer.text


def test_a_repeated_request_says_so(agent):
    headers = {"Idempotency-Key": "k"}
    answer = agent.client.post("/v1/customers", json={"name": "Ana again"}, headers=headers)
    assert answer.headers["idempotent-replayed"] == "true"


def test_a_stale_version_answers_the_present_one(agent):
    stale = agent.client.patch(f"/v1/customers/{KNOWN}", json={"name": "x"}, headers={"If-Match": '"2"'})
    assert (stale.status_code, stale.headers["etag"]) == (412, '"3"')
    assert stale.json()["current"]["id"] == KNOWN
    fresh = agent.client.patch(f"/v1/customers/{KNOWN}", json={"name": "x"}, headers={"If-Match": '"3"'})
    assert fresh.status_code == 200


def test_deleting_and_restoring_are_for_administrators(admin, agent):
    assert agent.client.delete(f"/v1/customers/{KNOWN}").status_code == 403
    assert agent.client.post(f"/v1/customers/{KNOWN}/restore").status_code == 403
    assert admin.delete(f"/v1/customers/{KNOWN}").status_code == 204
    assert admin.post(f"/v1/customers/{KNOWN}/restore").status_code == 200
    assert agent.client.post(f"/v1/customers/{KNOWN}/absorb", json={"email": "a@x.test"}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/v1/settings/customers", {"hide_contact_data": True}),
        ("PATCH", "/v1/custom-fields/plan", {"label": "Plano"}),
        ("DELETE", "/v1/custom-fields/plan", None),
        ("POST", "/v1/custom-fields/plan/restore", None),
        ("POST", "/v1/custom-fields/plan/options", {"label": "Silver"}),
    ],
)
def test_definitions_are_changed_only_by_who_saw_them(admin, agent, method, path, body):
    version = '"3"' if "settings" in path else '"2"'
    assert admin.request(method, path, json=body).status_code == 428
    assert admin.request(method, path, json=body, headers={"If-Match": '"1"'}).status_code == 412
    assert admin.request(method, path, json=body, headers={"If-Match": version}).is_success
    assert admin.request(method, path, json=body, headers={"If-Match": "*"}).is_success
    assert agent.client.request(method, path, json=body, headers={"If-Match": "*"}).status_code == 403


def test_definitions_are_read_by_everybody(admin, agent):
    assert agent.client.get("/v1/settings/customers").headers["etag"] == '"3"'
    assert agent.client.get("/v1/custom-fields").json()["data"][0]["key"] == "plan"
    assert agent.client.get("/v1/custom-fields/plan").headers["etag"] == '"2"'
    same = agent.client.get("/v1/custom-fields/plan", headers={"If-None-Match": '"2"'})
    assert (same.status_code, same.content) == (304, b"")
    assert agent.client.get("/v1/custom-fields/ghost").status_code == 404
    assert agent.client.get("/v1/custom-fields/plan/options").json()["data"][0]["label"] == "Gold"
    assert agent.client.get("/v1/tags").json()["data"][0]["name"] == "vip"
    made = admin.post("/v1/custom-fields", json={"key": "city", "label": "City", "type": "text"})
    assert made.status_code == 201
    taken = admin.post("/v1/custom-fields", json={"key": "plan", "label": "Plan", "type": "text"})
    assert (taken.status_code, taken.json()["code"]) == (409, "field_exists")


def test_dead_letters_and_counters_are_for_administrators(admin, agent):
    for path in ("/v1/dead-letters", "/v1/unknown-teams", "/v1/customers/without-team", "/v1/audit"):
        assert admin.get(path).status_code == 200, path
        assert agent.client.get(path).status_code == 403, path


def test_a_field_is_archived_by_deleting_it_and_not_by_a_patch(admin):
    refused = admin.patch("/v1/custom-fields/plan", json={"archived": True}, headers={"If-Match": '"2"'})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "unknown_property")
