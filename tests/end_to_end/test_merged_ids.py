"""Through the HTTP door: what a merge would be, one person of several records, and the way of their ids."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.api import Api, Company, a_mobile

PARTS = ("", "/profile", "/history", "/history?kind=note", "/notes", "/tasks")


@pytest.fixture
def agent(company: Company) -> Api:
    return company.agent(company.team())


def a_customer(agent: Api, name: str, **data: Any) -> str:
    return str(agent.created("/v1/customers", {"name": name, "phone": a_mobile(), **data})["id"])


def merge(agent: Api, primary: str, *duplicates: str) -> dict[str, Any]:
    answer = agent.post("/v1/merges", {"primary": primary, "duplicates": list(duplicates)}, If_Match="*")
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/v1/merges/{answer.json()['id']}"
    return dict(answer.json())


def test_a_preview_is_what_comes_of_it(agent: Api):
    primary, other = a_customer(agent, "Maria"), a_customer(agent, "Maria Silva", tags=["vip"])
    agent.created(f"/v1/customers/{other}/notes", {"body": "Calls at noon"})
    agent.created(f"/v1/customers/{other}/tasks", {"title": "Call back"})
    plan = {"primary": primary, "duplicates": [other], "values": {"name": {"from": other}}}

    preview = agent.post("/v1/merges/preview", plan).json()
    counted = {each: (moves["notes"], moves["open_tasks"]) for each, moves in preview["moves"].items()}
    assert (counted, preview["missing"]) == ({other: (1, 1)}, [])
    assert agent.get(f"/v1/customers/{other}").status_code == 200, "nothing was merged"

    made = agent.post("/v1/merges", {**plan, "versions": preview["versions"]})
    assert made.status_code == 201, made.text
    survivor = made.json()["customer"]
    assert (survivor["id"], survivor["name"], survivor["tags"]) == (primary, "Maria Silva", ["vip"])
    assert {each["value"] for each in survivor["contact_points"]} == {
        each["value"] for each in preview["result"]["contact_points"]
    }
    profile = agent.get(f"/v1/customers/{primary}/profile").json()
    assert (profile["counters"]["notes"], profile["counters"]["open_tasks"]) == (1, 1)


def test_who_edited_meanwhile_is_not_merged_unseen(agent: Api):
    primary, other = a_customer(agent, "Maria"), a_customer(agent, "Mary")
    plan = {"primary": primary, "duplicates": [other]}
    assert agent.post("/v1/merges", plan).status_code == 428
    versions = agent.post("/v1/merges/preview", plan).json()["versions"]
    agent.patch(f"/v1/customers/{other}", {"name": "Mary Ann"})

    stale = agent.post("/v1/merges", {**plan, "versions": versions})
    assert (stale.status_code, list(stale.json()["current"])) == (412, [other])
    assert stale.json()["current"][other]["name"] == "Mary Ann"


def test_every_read_below_an_old_id_leads_to_the_last_survivor(agent: Api):
    first, second, last = (a_customer(agent, name) for name in ("One", "Two", "Three"))
    merge(agent, second, first)
    merge(agent, last, second)
    for old in (first, second):
        for part in PARTS:
            answer = agent.get(f"/v1/customers/{old}{part}")
            expected = f"/v1/customers/{last}{part.partition('?')[0]}"
            assert (answer.status_code, answer.headers["location"]) == (308, expected), part


def test_writes_to_an_old_id_are_the_survivors_or_are_not_applied(agent: Api, company: Company):
    absorbed, survivor = a_customer(agent, "Old"), a_customer(agent, "New")
    merge(agent, survivor, absorbed)
    before = agent.get(f"/v1/customers/{survivor}").content
    old, there = f"/v1/customers/{absorbed}", f"/v1/customers/{survivor}"

    for answer in (agent.patch(old, {"name": "Applied"}), company.admin.delete(old)):
        assert (answer.status_code, answer.headers["location"]) == (308, there)
    assert agent.post(f"{old}/absorb", {"tags": ["vip"]}).headers["location"] == f"{there}/absorb"
    assert agent.get(there).content == before

    note = agent.created(f"{old}/notes", {"body": "Written late"})
    task = agent.created(f"{old}/tasks", {"title": "Planned late"})
    assert (note["customer"], task["customer"]) == (survivor, survivor)
    assert [each["id"] for each in agent.get(f"{there}/notes").json()["data"]] == [note["id"]]


def test_who_may_not_see_the_survivor_is_led_nowhere(agent: Api, company: Company):
    absorbed, survivor = a_customer(agent, "Old"), a_customer(agent, "New")
    made = merge(agent, survivor, absorbed)
    stranger = company.agent(company.team())
    for path in (*(f"/v1/customers/{absorbed}{part}" for part in PARTS), f"/v1/merges/{made['id']}"):
        assert stranger.get(path).status_code == 404, path
    assert stranger.post(f"/v1/merges/{made['id']}/undo").status_code == 404
    assert stranger.get("/v1/merges").json()["data"] == []


def test_a_merge_is_taken_back_as_it_was_said_before(agent: Api):
    absorbed, survivor = a_customer(agent, "Old"), a_customer(agent, "New")
    made = merge(agent, survivor, absorbed)
    undo = f"/v1/merges/{made['id']}/undo"

    told = agent.http.post(undo, params={"dry_run": "true"}).json()
    assert agent.get(f"/v1/customers/{absorbed}").status_code == 308
    undone = agent.post(undo).json()
    assert (
        [each["id"] for each in undone["restored"]] == [each["id"] for each in told["restored"]] == [absorbed]
    )
    assert agent.get(f"/v1/customers/{absorbed}").json()["name"] == "Old"
    assert agent.post(undo).json()["code"] == "merge_undone"
    [entry] = agent.get("/v1/merges", customer=survivor).json()["data"]
    assert (entry["id"], entry["status"]) == (made["id"], "undone")


def test_the_same_merge_sent_again_is_the_same_merge(agent: Api):
    plan = {"primary": a_customer(agent, "One"), "duplicates": [a_customer(agent, "Two")]}
    first, again = (agent.post("/v1/merges", plan, If_Match="*", Idempotency_Key="once") for _ in range(2))
    assert (first.status_code, again.status_code, again.json()["id"]) == (201, 201, first.json()["id"])
    assert again.headers["idempotent-replayed"] == "true"
