"""What the gateway puts together of a customer; notes, tasks, dead letters. The answers are canned."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest

from gateway.tests.canned import HIDDEN, KNOWN, LETTER, MERGED, NOTE, SLOW, TASK


def kinds_of(answer):
    assert answer.status_code == 200, answer.text
    return [item["kind"] for item in answer.json()["data"]]


def test_history_is_one_list_of_both_services_newest_first(agent):
    page = agent.client.get(f"/v1/customers/{KNOWN}/history")
    assert kinds_of(page) == ["conversation", "note"]
    assert (page.json()["missing"], page.json()["page"]) == ([], {"next": None, "has_more": False})


def test_history_is_filtered_by_kind(agent):
    history = f"/v1/customers/{KNOWN}/history"
    assert kinds_of(agent.client.get(history, params={"kind": "change,message"})) == ["change"]
    assert kinds_of(agent.client.get(history, params={"kind": "note"})) == ["note"]
    assert agent.client.get(f"{history}?kind=gossip").status_code == 422


def test_history_is_paged_and_its_cursors_belong_to_their_kinds(agent):
    history = f"/v1/customers/{KNOWN}/history"
    first = agent.client.get(history, params={"limit": 1})
    cursor = first.json()["page"]["next"]
    assert kinds_of(first) == ["conversation"]
    refused = agent.client.get(history, params={"kind": "change", "cursor": cursor})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/cursor")


@pytest.mark.parametrize(
    ("part", "names"), [("history", ["notes"]), ("profile", ["notes", "tasks", "possible_duplicates"])]
)
def test_what_takes_too_long_is_named_and_the_rest_is_served(agent, part, names):
    started = time.monotonic()
    answer = agent.client.get(f"/v1/customers/{SLOW}/{part}")
    assert (answer.status_code, answer.json()["missing"]) == (200, names)
    assert time.monotonic() - started < 1.5


def test_notes_alone_are_unavailable_rather_than_none(agent):
    answer = agent.client.get(f"/v1/customers/{SLOW}/history?kind=note")
    assert (answer.status_code, answer.json()["code"]) == (503, "rpc_timeout")
    assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.parametrize("part", ["history", "history?kind=note", "profile", "notes"])
def test_a_hidden_customer_has_none_of_these(agent, part):
    def answer(customer_id):
        found = agent.client.get(f"/v1/customers/{customer_id}/{part}", headers={"X-Request-Id": "same"})
        return found.status_code, found.text.replace(customer_id, "ID")

    assert answer(HIDDEN) == answer(str(uuid4()))
    assert answer(HIDDEN)[0] == 404


def test_a_profile_has_parts_of_both_services(agent):
    profile = agent.client.get(f"/v1/customers/{KNOWN}/profile").json()
    assert profile["customer"]["id"] == KNOWN
    assert {"conversations", "purchases", "notes", "open_tasks"} <= profile["counters"].keys()
    assert (profile["pinned_notes"][0]["id"], profile["open_tasks"][0]["id"]) == (NOTE, TASK)
    assert profile["missing"] == []


def test_notes_are_written_read_edited_and_deleted(agent):
    notes = f"/v1/customers/{KNOWN}/notes"
    made = agent.client.post(notes, json={"body": "Calls at noon", "pinned": True})
    assert (made.status_code, made.headers["location"]) == (201, f"/v1/notes/{made.json()['id']}")
    assert "idempotent-replayed" not in made.headers
    again = agent.client.post(notes, json={"body": "x"}, headers={"Idempotency-Key": "k"})
    assert again.headers["idempotent-replayed"] == "true"
    assert agent.client.get(notes, params={"pinned": "true"}).json()["data"][0]["pinned"]
    assert agent.client.get(f"/v1/notes/{NOTE}").headers["etag"] == '"2"'
    stale = agent.client.patch(f"/v1/notes/{NOTE}", json={"pinned": True}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["current"]["id"]) == (412, NOTE)
    assert agent.client.patch(f"/v1/notes/{NOTE}", json={"body": "New"}).headers["etag"] == '"3"'
    assert agent.client.get(f"/v1/notes/{NOTE}/changes").json()["data"][0]["kind"] == "pinned"
    assert agent.client.delete(f"/v1/notes/{NOTE}").status_code == 204
    assert agent.client.get(f"/v1/notes/{HIDDEN}").status_code == 404


def test_tasks_are_made_for_a_customer_or_without_one(agent):
    task = {"title": "Call back", "due_at": "2026-03-01T10:00:00-03:00", "priority": "high"}
    made = agent.client.post("/v1/tasks", json=task | {"customer": None})
    assert (made.status_code, made.json()["due_at"]) == (201, "2026-03-01T13:00:00Z")
    assert made.headers["location"] == f"/v1/tasks/{made.json()['id']}"
    theirs = agent.client.post(f"/v1/customers/{KNOWN}/tasks", json=task).json()
    assert theirs["customer"] == KNOWN
    assert agent.client.post("/v1/tasks", json={"title": "x", "priority": "huge"}).status_code == 422


def test_tasks_are_listed_as_they_are_asked_for(agent):
    def asked(**query):
        answer = agent.client.get("/v1/tasks", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"][0]["title"]

    assert asked(mine="true", overdue="true") == "mine True None None None"
    narrow = {"status": "open,done", "priority": "urgent", "sort": "-created_at"}
    assert asked(team="true", **narrow) == "team None ['open', 'done'] ['urgent'] -created_at"
    assert asked(mine="false") == "None None None None None"
    assert agent.client.get("/v1/tasks?mine=true&team=true").status_code == 422
    assert agent.client.get("/v1/tasks?sort=-due_at").status_code == 422
    for whose in (
        f"/v1/customers/{KNOWN}/tasks",
        f"/v1/tasks?customer={KNOWN}",
        f"/v1/tasks?customer={MERGED}",
    ):
        assert agent.client.get(whose).json()["data"][0]["customer"] == KNOWN


def test_a_task_is_changed_within_its_rules(agent):
    task = f"/v1/tasks/{TASK}"
    assert agent.client.get(task).json()["limited"]
    assert agent.client.patch(task, json={"status": "in_progress"}).headers["etag"] == '"3"'
    illegal = agent.client.patch(task, json={"status": "done"})
    assert (illegal.status_code, illegal.json()["code"]) == (409, "illegal_status_change")
    assert agent.client.patch(task, json={"title": "Mine"}).status_code == 403
    assert agent.client.get(f"{task}/changes").json()["data"][0]["field"] == "status"
    assert agent.client.delete(task).status_code == 204


def test_people_talk_about_a_task(agent):
    comments = f"/v1/tasks/{TASK}/comments"
    assert agent.client.post(comments, json={"body": "Done?"}).status_code == 201
    assert agent.client.get(comments).json()["data"][0]["body"] == "Done?"
    changed = agent.client.patch(f"{comments}/{LETTER}", json={"body": "Done."})
    assert (changed.json()["body"], changed.headers["etag"]) == ("Done.", '"2"')
    assert agent.client.delete(f"{comments}/{LETTER}").status_code == 204
    elsewhere = f"/v1/tasks/{HIDDEN}/comments/{LETTER}"
    assert agent.client.patch(elsewhere, json={"body": "x"}).status_code == 404
    assert agent.client.post(comments, json={}).status_code == 422


def test_dead_letters_of_all_services_are_one_list(admin):
    page = admin.get("/v1/dead-letters").json()
    assert [(letter["id"], letter["service"]) for letter in page["data"]] == [
        (LETTER, "customers"),
        (TASK, "dedup"),
        (NOTE, "tasks"),
    ]
    assert page["missing"] == []
    only = admin.get("/v1/dead-letters?service=tasks").json()["data"]
    assert [letter["service"] for letter in only] == ["tasks"]
    assert admin.get("/v1/dead-letters?service=gateway").status_code == 422


@pytest.mark.parametrize("letter", [LETTER, NOTE, TASK])
def test_a_dead_letter_is_replayed_and_discarded_where_it_is(admin, letter):
    assert admin.post(f"/v1/dead-letters/{letter}/replay").status_code == 202
    assert admin.delete(f"/v1/dead-letters/{letter}").status_code == 204
    assert admin.post(f"/v1/dead-letters/{KNOWN}/replay").status_code == 404


def test_what_an_administrator_does_to_a_note_is_on_the_audit_trail(admin):
    made = admin.post(f"/v1/customers/{KNOWN}/notes", json={"body": "x"}).json()
    entry = admin.get("/v1/audit?limit=1").json()["data"][0]
    assert (entry["operation"], entry["target"], entry["outcome"]) == ("create_note", made["id"], "done")


def test_a_team_with_notes_goes_only_when_another_takes_them(world, admin):
    team, heir = (admin.post("/v1/teams", json={"name": uuid4().hex}).json()["id"] for _ in range(2))
    world.tell_fake("use_team", team, service="tasks")
    refused = admin.delete(f"/v1/teams/{team}")
    assert (refused.status_code, refused.json()["code"]) == (409, "team_in_use")
    assert refused.json()["notes"] == {"value": 3, "relation": "eq"}
    assert "customers" not in refused.json()
    assert admin.delete(f"/v1/teams/{team}", params={"move_to": heir}).status_code == 204
