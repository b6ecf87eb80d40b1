"""Merges through the gateway: the bus is real, the answers are canned."""

from __future__ import annotations

from uuid import uuid4

import pytest

from gateway.tests.canned import HIDDEN, KNOWN, LETTER, MERGED, NOTE, SLOW

PLAN = {"primary": KNOWN, "duplicates": [SLOW]}
SEEN = PLAN | {"versions": {KNOWN: 3, SLOW: 3}}
MERGES = "/v1/merges"


def test_a_merge_is_made_of_what_was_seen(agent):
    made = agent.client.post(MERGES, json=SEEN)
    assert (made.status_code, made.headers["location"]) == (201, f"{MERGES}/{LETTER}")
    merge = made.json()
    assert (merge["primary"], merge["duplicates"], merge["status"]) == (KNOWN, [SLOW], "applied")
    assert merge["customer"]["custom"]["asked"] == {"versions": SEEN["versions"], "values": None}
    assert "idempotent-replayed" not in made.headers


def test_or_of_whatever_is_there(agent):
    values = {"name": "Maria", "custom.plan": {"from": SLOW}, "assignee": None}
    made = agent.client.post(MERGES, json=PLAN | {"values": values}, headers={"If-Match": "*"})
    assert made.status_code == 201
    assert made.json()["customer"]["custom"]["asked"] == {"versions": None, "values": values}


def test_what_one_merges_one_has_to_have_seen(agent):
    refused = agent.client.post(MERGES, json=PLAN)
    assert (refused.status_code, refused.json()["code"]) == (428, "versions_required")
    refused = agent.client.post(MERGES, json=SEEN, headers={"If-Match": '"3"'})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/If-Match")


def test_what_changed_meanwhile_is_shown_as_it_is_now_each_by_its_id(agent):
    stale = agent.client.post(MERGES, json=PLAN | {"versions": {KNOWN: 3, SLOW: 2}})
    assert (stale.status_code, stale.json()["current"].keys()) == (412, {KNOWN, SLOW})
    moved = agent.client.post(
        MERGES, json={"primary": KNOWN, "duplicates": [MERGED]}, headers={"If-Match": "*"}
    )
    assert (moved.status_code, moved.json()["current"][MERGED]["id"]) == (412, KNOWN)


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"primary": "x"}, "/primary"),
        ({"duplicates": []}, "/duplicates"),
        ({"duplicates": [str(uuid4()) for _ in range(10)]}, "/duplicates"),
        ({"duplicates": [KNOWN]}, "/duplicates"),
        ({"versions": {KNOWN: "3"}}, f"/versions/{KNOWN}/value"),
        ({"versions": {"x": 3}}, "/versions/x/key"),
        ({"values": ["name"]}, "/values"),
        ({"survivor": KNOWN}, "/survivor"),
    ],
)
def test_wrong_plans_are_refused_where_they_are_wrong(agent, wrong, pointer):
    refused = agent.client.post(MERGES, json=SEEN | wrong)
    assert refused.status_code == 422
    assert [fault["pointer"] for fault in refused.json()["errors"]] == [pointer]


@pytest.mark.parametrize("path", [MERGES, f"{MERGES}/preview"])
def test_nobody_is_merged_with_whom_one_does_not_see(agent, path):
    def answer(customer):
        plan = {"primary": KNOWN, "duplicates": [customer]}
        got = agent.client.post(path, json=plan, headers={"If-Match": "*", "X-Request-Id": "same"})
        return got.status_code, got.text

    assert answer(HIDDEN) == answer(str(uuid4()))
    assert answer(HIDDEN)[0] == 404


def test_a_repetition_says_that_it_is_one(agent):
    again = agent.client.post(MERGES, json=SEEN, headers={"Idempotency-Key": "k"})
    assert (again.status_code, again.headers["idempotent-replayed"]) == (201, "true")


def test_a_preview_counts_what_both_services_have(agent):
    preview = agent.client.post(f"{MERGES}/preview", json={"primary": KNOWN, "duplicates": [NOTE]})
    assert preview.status_code == 404
    preview = agent.client.post(f"{MERGES}/preview", json=PLAN | {"duplicates": [SLOW]}).json()
    assert preview["versions"] == {KNOWN: 3, SLOW: 3}
    assert preview["moves"][SLOW]["conversations"] == 2
    assert preview["fields"][0]["choices"][1] == {"customer": SLOW, "value": None}


def test_what_a_preview_cannot_count_in_time_is_missing(world, agent):
    world.tell_fake("count_slowly", True, service="tasks")
    try:
        preview = agent.client.post(f"{MERGES}/preview", json=PLAN).json()
    finally:
        world.tell_fake("count_slowly", False, service="tasks")
    assert preview["missing"] == ["notes", "tasks"]
    assert "notes" not in preview["moves"][SLOW]
    preview = agent.client.post(f"{MERGES}/preview", json=PLAN).json()
    assert (preview["missing"], preview["moves"][SLOW]["notes"]) == ([], 4)


def test_merges_are_shown_and_listed(agent):
    shown = agent.client.get(f"{MERGES}/{LETTER}")
    assert (shown.status_code, shown.headers["etag"]) == (200, '"1"')
    assert agent.client.get(f"{MERGES}/{LETTER}", headers={"If-None-Match": '"1"'}).status_code == 304
    assert agent.client.get(f"{MERGES}/{HIDDEN}").status_code == 404
    page = agent.client.get(MERGES, params={"customer": SLOW, "limit": 1}).json()
    assert (page["data"][0]["primary"], page["page"]) == (SLOW, {"next": "more", "has_more": True})


def test_a_merge_is_undone_and_says_what_could_not_be(agent):
    undo = f"{MERGES}/{LETTER}/undo"
    before = agent.client.post(undo, params={"dry_run": "true"}).json()
    assert before["merge"]["status"] == "applied"
    undone = agent.client.post(undo)
    assert (undone.status_code, undone.json()["merge"]["status"]) == (200, "undone")
    assert [each["id"] for each in undone.json()["restored"]] == [SLOW]
    assert undone.json()["not_returned"] == before["not_returned"]
    again = agent.client.post(f"{MERGES}/{SLOW}/undo")
    assert (again.status_code, again.json()["code"]) == (409, "merge_undone")
    assert agent.client.post(f"{MERGES}/{HIDDEN}/undo").status_code == 404


def test_who_loses_sight_of_the_survivor_is_told_of_the_others(agent):
    undone = agent.client.post(f"{MERGES}/{MERGED}/undo")
    assert (undone.status_code, undone.json()["survivor"]) == (200, None)
    assert (undone.json()["merge"]["primary"], undone.json()["restored"][0]["id"]) == (None, SLOW)


def test_who_merges_and_undoes_is_on_the_audit_trail_whoever_it_is(agent, admin):
    agent.client.post(MERGES, json=SEEN)
    agent.client.post(f"{MERGES}/{LETTER}/undo?dry_run=true")
    agent.client.post(f"{MERGES}/{LETTER}/undo")
    agent.client.post(f"{MERGES}/{SLOW}/undo")  # refused
    entries = admin.get("/v1/audit?limit=2").json()["data"]
    assert [(each["operation"], each["target"], each["user_id"]) for each in entries] == [
        ("undo_merge", LETTER, agent.id),
        ("merge_customers", LETTER, agent.id),
    ]


def test_all_exact_duplicates_are_merged_by_administrators(admin, agent):
    asked = {"kind": "exact", "dry_run": True}
    started = admin.post(f"{MERGES}/bulk", json=asked)
    assert (started.status_code, started.headers["location"]) == (202, f"{MERGES}/bulk/{LETTER}")
    assert started.json()["dry_run"] is True
    assert [each["id"] for each in admin.get(f"{MERGES}/bulk").json()["data"]] == [LETTER]
    [group] = admin.get(f"{MERGES}/bulk/{LETTER}").json()["sample"]
    assert (group["primary"], group["size"]) == (KNOWN, 3)
    assert admin.post(f"{MERGES}/bulk/{LETTER}/cancel").json()["cancel_requested"] is True
    [refusal] = admin.get(f"{MERGES}/bulk/{LETTER}/refusals").json()["data"]
    assert refusal == {"customer_id": KNOWN, "code": "too_many_holders"}
    assert "event: end" in admin.get(f"{MERGES}/bulk/{LETTER}/events").text
    assert admin.get(f"{MERGES}/bulk/{HIDDEN}").status_code == 404
    assert agent.client.post(f"{MERGES}/bulk", json=asked).status_code == 403
    assert admin.post(f"{MERGES}/bulk", json={"kind": "similar"}).status_code == 422
