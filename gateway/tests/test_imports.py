"""Imports and exports through the gateway: the bus is real, the answers are canned."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from gateway.tests.canned import HIDDEN, KNOWN, LETTER

PATH = f"/v1/imports/{KNOWN}"
MAPPING = {
    "reading": {"separator": ";", "header_row": 0},
    "columns": [
        {"column": "Nome", "to": "name", "confidence": 0.9, "why": "header"},  # sent back as it was suggested
        {"column": 1, "to": None, "perhaps": "status", "as": {"format": "dmy"}},
    ],
    "constants": {"status": "active"},
    "name_from": ["Firma", 3],
}
OPTIONS = {"policy": "merge", "teams": [KNOWN], "tags": ["fair"], "unknown_options": "empty"}


def test_the_steps_of_an_import(agent):
    mapped = agent.client.put(f"{PATH}/mapping", json=MAPPING, headers={"If-Match": '"3"'})
    assert (mapped.status_code, mapped.json()["mapping"]) == (200, MAPPING)
    for step, phase in (("check", "checking"), ("start", "running")):
        answer = agent.client.post(f"{PATH}/{step}", json=OPTIONS)
        assert (answer.status_code, answer.headers["location"]) == (202, PATH)
        assert (answer.json()["phase"], answer.json()["options"]) == (phase, OPTIONS)
    assert agent.client.post(f"{PATH}/cancel").json()["phase"] == "cancelled"
    undone = agent.client.post(f"{PATH}/undo", headers={"Idempotency-Key": str(uuid4())})
    assert (undone.status_code, undone.headers["idempotent-replayed"]) == (202, "true")


def test_a_mapping_of_another_version_is_refused_with_the_import_as_it_is(agent):
    stale = agent.client.put(f"{PATH}/mapping", json=MAPPING, headers={"If-Match": '"2"'})
    assert (stale.status_code, stale.json()["current"]["version"]) == (412, 3)


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"columns": [{"column": True, "to": "name"}]}, "/columns/0/column"),
        ({"columns": [{"column": -1, "to": "name"}]}, "/columns/0/column"),
        ({"columns": [{"to": "name"}]}, "/columns/0/column"),
        ({"columns": [{"column": "A", "to": 1}]}, "/columns/0/to"),
        ({"columns": [{"column": 0, "to": "name"}] * 1_001}, "/columns"),
        ({"reading": {"format": "pdf"}}, "/reading/format"),
        ({"reading": {"header_row": -1}}, "/reading/header_row"),
        ({"colums": []}, "/colums"),
    ],
)
def test_a_mapping_of_another_shape_is_refused_where_it_is_wrong(agent, wrong, pointer):
    answer = agent.client.put(f"{PATH}/mapping", json={**MAPPING, **wrong})
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"policy": "guess"}, "/policy"),
        ({"teams": ["north"]}, "/teams/0"),
        ({"unknown_options": 1}, "/unknown_options"),
    ],
)
def test_options_of_another_shape_are_refused(agent, wrong, pointer):
    for step in ("check", "start"):
        answer = agent.client.post(f"{PATH}/{step}", json={**OPTIONS, **wrong})
        assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


def test_what_was_not_checked_is_not_started(agent):
    answer = agent.client.post(f"{PATH}/start", json={"policy": "create"})
    assert (answer.status_code, answer.json()["code"]) == (409, "check_first")


def test_rows_are_listed_by_what_becomes_of_them(agent):
    rows = agent.client.get(f"{PATH}/rows", params={"result": "refused"}).json()["data"]
    assert [row["outcome"] for row in rows] == ["refused"]
    assert agent.client.get(f"{PATH}/rows/17").json()["n"] == 17


@pytest.mark.parametrize("row", ["0", "x", "1.5", "01", "9999999999"])
def test_a_row_has_a_number(agent, row):
    assert agent.client.get(f"{PATH}/rows/{row}").status_code == 404


def test_only_administrators_decide_rows(admin, agent):
    decided = admin.post(f"{PATH}/rows/7", json={"customer": KNOWN})
    assert (decided.status_code, decided.json()["customer"]) == (200, KNOWN)
    entry = admin.get("/v1/audit?limit=1").json()["data"][0]
    assert (entry["operation"], entry["target"]) == ("decide_import_row", KNOWN)
    assert agent.client.post(f"{PATH}/rows/7", json={"skip": True}).status_code == 403


@pytest.mark.parametrize(
    "decision", [{}, {"skip": True, "apply": True}, {"skip": False}, {"customer": None}, {"merge": KNOWN}]
)
def test_a_row_is_decided_in_one_way(admin, decision):
    assert admin.post(f"{PATH}/rows/7", json=decision).status_code == 422


@pytest.mark.parametrize("place", ["", "/rows", "/rows/2", "/refused.csv", "/file", "/events"])
def test_that_of_somebody_else_does_not_exist(agent, place):
    assert agent.client.get(f"/v1/imports/{HIDDEN}{place}").status_code == 404


def test_one_that_is_over_is_told_in_one_event(agent):
    assert "event: end" in agent.client.get(f"{PATH}/events").text


def test_a_template_is_a_file(agent):
    answer = agent.client.get("/v1/imports/template", params={"language": "pt"})
    assert (answer.status_code, answer.text) == (200, "csv in pt")
    assert "filename*=UTF-8''mod%C3%A8le.csv" in answer.headers["content-disposition"]
    assert agent.client.get("/v1/imports/template?format=pdf").status_code == 422


def test_mappings_are_kept_changed_and_forgotten(agent):
    kept = agent.client.post("/v1/import-mappings", json={"name": "Shop", "mapping": MAPPING})
    assert (kept.status_code, kept.headers["location"]) == (201, f"/v1/import-mappings/{KNOWN}")
    assert kept.json()["mapping"] == MAPPING
    one = f"/v1/import-mappings/{KNOWN}"
    assert agent.client.get(one, headers={"If-None-Match": '"2"'}).status_code == 304
    assert agent.client.get("/v1/import-mappings").json()["data"][0]["id"] == KNOWN
    assert agent.client.patch(one, json={"name": "B"}, headers={"If-Match": '"2"'}).json()["name"] == "B"
    assert agent.client.patch(one, json={"name": "B"}, headers={"If-Match": '"1"'}).status_code == 412
    assert agent.client.delete(one).status_code == 204


@pytest.mark.parametrize(
    ("asked", "selection"),
    [
        ({}, {}),
        ({"ids": [KNOWN]}, {"ids": [KNOWN]}),
        ({"filter": {"field": "tags"}}, {"filter": {"field": "tags"}}),
        ({"selection": {"q": "ana", "except": [LETTER]}}, {"q": "ana", "except": [LETTER]}),
    ],
)
def test_an_export_says_whom(agent, asked: dict[str, Any], selection: dict[str, Any]):
    options = {"separator": ";", "bom": False}
    answer = agent.client.post(
        "/v1/exports",
        json={"format": "csv", "columns": ["id"], "options": options, **asked},
        headers={"Time-Zone": "America/Sao_Paulo"},
    )
    assert (answer.status_code, answer.headers["location"]) == (202, f"/v1/exports/{KNOWN}")
    told = {"selection": selection, "time_zone": "America/Sao_Paulo", "options": options}
    assert answer.json()["options"] == told


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"format": "pdf"}, "/format"),
        ({"columns": []}, "/columns"),
        ({"options": {"separator": "x"}}, "/options/separator"),
        ({"ids": [KNOWN], "selection": {"all": True}}, "/ids"),
    ],
)
def test_an_export_of_another_shape_is_refused(agent, wrong, pointer):
    answer = agent.client.post("/v1/exports", json={"format": "csv", **wrong})
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


def test_exports_are_shown_listed_and_cancelled(agent):
    one = f"/v1/exports/{KNOWN}"
    assert agent.client.get(one).json()["status"] == "succeeded"
    assert agent.client.get("/v1/exports").json()["data"][0]["id"] == KNOWN
    assert agent.client.post(f"{one}/cancel").json()["status"] == "cancelled"
    assert "event: end" in agent.client.get(f"{one}/events").text


@pytest.mark.parametrize(
    ("path", "body", "operation"),
    [
        ("/v1/exports", {"format": "csv"}, "create_export"),
        (f"{PATH}/start", OPTIONS, "start_import"),
        (f"{PATH}/undo", None, "undo_import"),
        (f"{PATH}/cancel", None, "cancel_import"),
    ],
)
def test_every_run_is_on_the_audit_trail_also_that_of_an_agent(admin, agent, path, body, operation):
    assert agent.client.post(path, json=body).status_code < 300
    entry = admin.get("/v1/audit?limit=1").json()["data"][0]
    assert (entry["operation"], entry["target"], entry["user_id"]) == (operation, KNOWN, agent.id)
