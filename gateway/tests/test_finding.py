"""Searching, filtering and saved filters through the gateway: what it passes on, and what it never does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.tests.canned import HIDDEN, KNOWN
from gateway.tests.fake_finding import SAVED

VIPS = {"field": "tags", "op": "any_of", "value": ["vip"]}
SAVED_FILTER = f"/v1/saved-filters/{KNOWN}"


def asked(answer: Any) -> Any:
    """What arrived at the service, which the fake one answers to one search text."""
    return answer.json()["data"][0]["custom"]


def faults(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]


def test_a_filter_comes_in_the_query_or_in_a_body(agent):
    in_query = agent.client.get("/v1/customers", params={"q": "what was asked", "filter": json.dumps(VIPS)})
    in_body = agent.client.post("/v1/customers/search", json={"q": "what was asked", "filter": VIPS})
    assert asked(in_query) == asked(in_body) == {"filter": VIPS, "time_zone": None}


def test_days_are_those_of_the_time_zone_header(agent):
    body = {"q": "what was asked"}
    there = agent.client.post("/v1/customers/search", json=body, headers={"Time-Zone": "America/Sao_Paulo"})
    assert asked(there)["time_zone"] == "America/Sao_Paulo"
    made = agent.client.post("/v1/saved-filters", json={"name": "Mine"}, headers={"Time-Zone": "Asia/Tokyo"})
    assert made.json()["time_zone"] == "Asia/Tokyo"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../../etc/passwd", "x" * 5000, "utc\xe9"])
def test_an_unknown_zone_is_refused(agent, zone):
    headers = {"Time-Zone": zone.encode("latin-1")}
    for answer in (
        agent.client.get("/v1/customers", headers=headers),
        agent.client.post("/v1/customers/search", json={}, headers=headers),
        agent.client.post("/v1/saved-filters", json={"name": "Mine"}, headers=headers),
    ):
        assert faults(answer) == [("/Time-Zone", "unknown_time_zone")]


@pytest.mark.parametrize(
    "text", ["", "{", "vip", "[" * 33 + "]" * 33, '{"a": NaN}', '"\\ud800"', '"\\u0000"', "{" * 20_000]
)
def test_a_filter_that_is_no_json_is_refused_before_anybody_is_asked(agent, text):
    assert faults(agent.client.get("/v1/customers", params={"filter": text})) == [("/filter", "invalid_type")]


def test_a_filter_that_is_too_long_is_not_read(agent):
    answer = agent.client.get("/v1/customers", params={"filter": " " * 30_001})
    assert faults(answer) == [("/filter", "too_long")]


def test_a_body_with_too_deep_or_too_large_a_filter_is_refused(agent):
    deep: Any = VIPS
    for _ in range(32):
        deep = {"not": deep}
    assert faults(agent.client.post("/v1/customers/search", json={"filter": deep})) == [("", "too_deep")]
    large = {"field": "tags", "op": "any_of", "value": ["x"] * 5_001}
    answer = agent.client.post("/v1/customers/search", json={"filter": large})
    assert faults(answer) == [("", "too_many_values")]


def test_what_the_service_finds_wrong_is_passed_on(agent):
    for answer in (
        agent.client.get("/v1/customers", params={"filter": "{}"}),
        agent.client.post("/v1/customers/search", json={"filter": {}}),
    ):
        assert faults(answer) == [("/filter/field", "required")]


def test_null_asks_for_nothing(agent):
    body = {"q": "what was asked", "filter": None, "saved_filter": None, "sort": None}
    assert asked(agent.client.post("/v1/customers/search", json=body)) == {"filter": None, "time_zone": None}


def test_a_page_says_when_it_is_not_all_and_what_a_saved_filter_names_in_vain(agent):
    page = agent.client.get("/v1/customers", params={"saved_filter": KNOWN, "limit": 1}).json()
    assert (page["capped"], [warning["code"] for warning in page["warnings"]]) == (True, ["option_archived"])
    assert faults(agent.client.get("/v1/customers?saved_filter=mine")) == [("/saved_filter", "invalid_type")]


def test_the_filter_schema_is_no_customer(agent):
    schema = agent.client.get("/v1/customers/filter-schema").json()
    assert schema["fields"][0]["field"] == "status"
    assert schema["limits"]["leaves"] == 100


def test_saved_filters_are_kept_read_changed_and_forgotten(agent):
    made = agent.client.post("/v1/saved-filters", json={"name": "New", "filter": VIPS, "columns": ["name"]})
    assert (made.status_code, made.headers["location"], made.headers["etag"]) == (201, SAVED_FILTER, '"1"')
    assert made.json()["filter"] == VIPS
    assert agent.client.get("/v1/saved-filters").json()["data"] == [SAVED]
    assert agent.client.get(SAVED_FILTER).headers["etag"] == '"3"'
    changed = agent.client.patch(SAVED_FILTER, json={"filter": None}, headers={"If-Match": '"3"'})
    assert (changed.status_code, changed.json()["filter"], changed.headers["etag"]) == (200, None, '"4"')
    assert agent.client.delete(SAVED_FILTER, headers={"If-Match": '"3"'}).status_code == 204


def test_a_taken_name_is_told_with_the_filter_that_has_it(agent):
    answer = agent.client.post("/v1/saved-filters", json={"name": "VIPs"})
    assert (answer.status_code, answer.json()["code"]) == (409, "filter_exists")
    assert answer.json()["saved_filter"] == {"id": KNOWN, "name": "VIPs"}


def test_a_stale_change_gets_the_filter_as_it_is(agent):
    for answer in (
        agent.client.patch(SAVED_FILTER, json={"q": "x"}, headers={"If-Match": '"2"'}),
        agent.client.delete(SAVED_FILTER, headers={"If-Match": '"2"'}),
    ):
        assert (answer.status_code, answer.json()["current"], answer.headers["etag"]) == (412, SAVED, '"3"')


def test_an_unknown_saved_filter_is_nobodys(agent):
    for method, body in (("GET", None), ("PATCH", {"name": "x"}), ("DELETE", None)):
        answer = agent.client.request(method, f"/v1/saved-filters/{HIDDEN}", json=body)
        assert answer.status_code == 404


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/name"),
        ({"name": "x", "colour": "red"}, "/colour"),
        ({"name": "x", "columns": "name"}, "/columns"),
    ],
)
def test_the_shape_of_a_saved_filter_is_checked_at_the_door(agent, body, pointer):
    assert faults(agent.client.post("/v1/saved-filters", json=body))[0][0] == pointer
