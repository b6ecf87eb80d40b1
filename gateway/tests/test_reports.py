"""Reports through the gateway: the bus is real, the answers are canned."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from gateway.tests.canned import HIDDEN, KNOWN
from gateway.tests.world import World

PREVIEW = "/v1/reports/preview"
TEMPLATE = f"/v1/reports/configurations/{KNOWN}"
RUN = f"/v1/reports/runs/{KNOWN}"
UPLOAD = f"/v1/reports/uploads/{KNOWN}"
CONFIGURATION: dict[str, Any] = {
    "groupings": [{"field": "custom.plan", "join": {"Gold": ["gold", "ouro"]}, "sort": {"by": "total"}}],
    "total": {"op": "sum", "field": "custom.score"},
    "subdivisions": [{"field": "tags", "rules": [{"op": "equals", "value": "vip", "as": "VIP"}]}],
    "top": {"n": 10, "others": True},
    "percent": ["row", "total"],
}
CUSTOMERS = {"filter": {"field": "tags"}, "except": [KNOWN]}


def test_a_preview_is_of_the_form_as_it_stands(agent):
    asked = {"source": CUSTOMERS, "configuration": CONFIGURATION, "form": "tab 1"}
    answer = agent.client.post(PREVIEW, json=asked, headers={"Time-Zone": "America/Sao_Paulo"})
    assert answer.status_code == 200
    assert answer.json()["source"] == {**asked, "time_zone": "America/Sao_Paulo"}


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ({}, {}),
        ({"all": True, "sort": "name", "q": None}, {}),
        ({"upload": KNOWN}, {"upload": KNOWN}),
        ({"ids": [KNOWN.upper()]}, {"ids": [KNOWN]}),
    ],
)
def test_a_source_says_whom(agent, source, told):
    answer = agent.client.post(PREVIEW, json={"source": source, "configuration": CONFIGURATION})
    assert answer.json()["source"]["source"] == told


def test_a_newer_preview_ends_an_older_one(agent):
    asked = {"source": {}, "configuration": CONFIGURATION, "form": "an older one"}
    answer = agent.client.post(PREVIEW, json=asked)
    assert (answer.status_code, answer.json()["code"]) == (409, "superseded")


def test_groups_may_be_told_within_groups(agent):
    asked = {"source": {}, "configuration": CONFIGURATION, "shape": "tree"}
    assert agent.client.post(PREVIEW, json=asked).json()["tree"] == {"children": []}


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"configuration": []}, "/configuration"),
        ({"configuration": "by plan"}, "/configuration"),
        ({"source": None}, "/source"),
        ({"source": {"upload": "the last"}}, "/source/upload"),
        ({"source": {"ids": ["somebody"]}}, "/source/ids/0"),
        ({"source": {"everybody": True}}, "/source/everybody"),
        ({"form": 7}, "/form"),
        ({"shape": "round"}, "/shape"),
    ],
)
def test_a_preview_of_another_shape_is_refused_where_it_is_wrong(agent, wrong, pointer):
    answer = agent.client.post(PREVIEW, json={"source": {}, "configuration": CONFIGURATION, **wrong})
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


def test_what_is_in_a_configuration_is_for_its_service_to_judge(agent):
    strange = {"groupings": "all of them", "surprise": [1, {"deep": None}]}
    answer = agent.client.post(PREVIEW, json={"source": {}, "configuration": strange})
    assert answer.json()["source"]["configuration"] == strange


def test_thousands_of_spellings_are_one_configuration(agent):
    join = {f"name {n}": [f"spelling {n} {m}" for m in range(20)] for n in range(500)}
    configuration = {"groupings": [{"field": "custom.city", "join": join}]}
    answer = agent.client.post(PREVIEW, json={"source": {}, "configuration": configuration})
    assert answer.json()["source"]["configuration"] == configuration


def test_an_upload_is_read_before_it_is_shown(agent, admin):
    sent = agent.client.post("/v1/reports/uploads", files={"file": ("people.json", b"[]")})
    assert (sent.status_code, sent.headers["location"]) == (202, UPLOAD)
    assert (sent.json()["filename"], sent.json()["columns"][0]["field"]) == ("people.json", "status")
    assert sent.json()["folder"] == "report_uploads"
    entry = admin.get("/v1/audit?limit=1").json()["data"][0]
    assert (entry["operation"], entry["target"], entry["user_id"]) == (
        "create_report_upload",
        KNOWN,
        agent.id,
    )
    assert agent.client.get("/v1/reports/uploads").json()["data"][0]["id"] == KNOWN
    assert agent.client.get(UPLOAD).json()["rows"] == 2
    assert "event: end" in agent.client.get(f"{UPLOAD}/events").text
    assert agent.client.delete(UPLOAD).status_code == 204


def test_templates_are_kept_changed_copied_and_forgotten(agent):
    body = {"name": "Lost", "configuration": CONFIGURATION, "source": {"q": "ana"}, "shared": {"team": KNOWN}}
    kept = agent.client.post("/v1/reports/configurations", json=body)
    assert (kept.status_code, kept.headers["location"]) == (201, TEMPLATE)
    assert {name: kept.json()[name] for name in body} == body
    assert agent.client.get("/v1/reports/configurations").json()["data"][0]["id"] == KNOWN
    assert agent.client.get(TEMPLATE).headers["etag"] == '"2"'
    for seen, status in (('"2"', 200), ('"1"', 412)):
        answer = agent.client.patch(TEMPLATE, json={"shared": "all"}, headers={"If-Match": seen})
        assert answer.status_code == status
    copy = agent.client.post(
        f"{TEMPLATE}/duplicate", json={"name": "Other"}, headers={"Idempotency-Key": str(uuid4())}
    )
    assert (copy.status_code, copy.json()["name"]) == (201, "Other")
    assert copy.headers["idempotent-replayed"] == "true"
    assert agent.client.delete(TEMPLATE).status_code == 204


def test_a_name_is_used_once(agent):
    body = {"name": "taken", "configuration": CONFIGURATION}
    answer = agent.client.post("/v1/reports/configurations", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "configuration_exists")
    assert answer.json()["configuration"] == {"id": KNOWN, "name": "taken"}


@pytest.mark.parametrize(
    ("query", "source"),
    [
        ({}, None),
        ({"upload": KNOWN}, {"upload": KNOWN}),
        ({"saved_filter": KNOWN, "q": "ana"}, {"saved_filter": KNOWN, "q": "ana"}),
        ({"filter": '{"field": "tags"}', "shape": "tree"}, {"filter": {"field": "tags"}}),
    ],
)
def test_a_template_makes_a_report_of_what_is_asked(agent, query, source):
    answer = agent.client.get(f"{TEMPLATE}/result", params=query, headers={"Time-Zone": "UTC"})
    told = {"asked": source, "shape": query.get("shape"), "time_zone": "UTC"}
    assert (answer.status_code, answer.json()["source"]) == (200, told)


def test_a_report_is_of_one_source(agent):
    answer = agent.client.get(f"{TEMPLATE}/result", params={"upload": KNOWN, "q": "ana"})
    assert answer.status_code == 422


def test_a_report_is_a_file_for_spreadsheets(agent, admin):
    answer = agent.client.get(f"{TEMPLATE}/result.csv", params={"separator": ";"})
    assert (answer.status_code, answer.content) == (200, "\ufeffStatus;Total\r\n".encode())
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="By status.csv"' in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    entry = admin.get("/v1/audit?limit=1").json()["data"][0]
    assert (entry["operation"], entry["target"]) == ("get_report_result_csv", KNOWN)
    assert agent.client.get(f"{TEMPLATE}/result.csv", params={"separator": "x"}).status_code == 422


def test_a_run_goes_on_by_itself(agent, admin):
    asked = {"source": CUSTOMERS, "configuration": CONFIGURATION, "name": "Big"}
    made = agent.client.post("/v1/reports/runs", json=asked, headers={"Time-Zone": "UTC"})
    assert (made.status_code, made.headers["location"]) == (202, RUN)
    assert made.json()["source"] == {"asked": asked, "time_zone": "UTC"}
    entry = admin.get("/v1/audit?limit=1").json()["data"][0]
    assert (entry["operation"], entry["user_id"]) == ("create_report_run", agent.id)
    assert agent.client.get("/v1/reports/runs").json()["data"][0]["id"] == KNOWN
    assert agent.client.get(RUN).json()["status"] == "succeeded"
    assert "event: end" in agent.client.get(f"{RUN}/events").text
    assert agent.client.post(f"{RUN}/cancel").json()["status"] == "cancelled"


@pytest.mark.parametrize(
    "asked", [{}, {"configuration": CONFIGURATION, "configuration_id": KNOWN}, {"source": {}}]
)
def test_a_run_is_of_one_configuration(agent, asked):
    assert agent.client.post("/v1/reports/runs", json=asked).status_code == 422


@pytest.mark.parametrize(("place", "kind"), [("result", "application/json"), ("result.csv", "text/csv")])
def test_what_a_run_came_to_is_a_file(world: World, agent, place, kind):
    content, key = b"{}", f"reports/{uuid4()}"
    path = world.folder / key
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    world.tell_fake("put_result", {"key": key, "size": len(content)}, service="reports")
    answer = agent.client.get(f"{RUN}/{place}")
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["content-type"].startswith(kind)


@pytest.mark.parametrize(
    "path",
    [
        f"/v1/reports/uploads/{HIDDEN}",
        f"/v1/reports/uploads/{HIDDEN}/events",
        f"/v1/reports/configurations/{HIDDEN}",
        f"/v1/reports/configurations/{HIDDEN}/result",
        f"/v1/reports/configurations/{HIDDEN}/result.csv",
        f"/v1/reports/runs/{HIDDEN}",
        f"/v1/reports/runs/{HIDDEN}/result",
        f"/v1/reports/runs/{HIDDEN}/events",
    ],
)
def test_that_of_somebody_else_does_not_exist(agent, path):
    assert agent.client.get(path).status_code == 404


def test_what_there_is_to_report_on(agent):
    found = agent.client.get("/v1/reports/schema").json()
    assert [each["field"] for each in found["fields"]] == ["status"]
