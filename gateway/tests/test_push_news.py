"""What events say that there is to tell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.push.news import NO_TEAM, ROUTING_KEYS, News, news_of

CONTRACTS = Path(__file__).parents[2] / "contracts"
A, B, TASK, TEAM = "a" * 36, "b" * 36, "c" * 36, "d" * 36


def event(type_: str, data: dict[str, Any], subject: str | None = None) -> dict[str, Any]:
    return {"type": type_, "subject": subject, "data": data}


def changed(kind: str) -> dict[str, Any]:
    entry = {"id": A, "version": 3, "revision": 9, "kind": kind, "fields": ["phone"]}
    return event("customers.changed.v1", {"customers": [entry]})


@pytest.mark.parametrize(
    ("kind", "told"),
    [("created", "customer.created"), ("updated", "customer.updated"), ("restored", "customer.updated")],
)
def test_changes_of_customers_are_told_with_their_version(kind: str, told: str):
    assert news_of(changed(kind)) == [News(told, A, version=3)]


@pytest.mark.parametrize("kind", ["deleted", "purged", "of a later version"])
def test_nobody_is_told_of_a_customer_that_nobody_sees(kind: str):
    assert news_of(changed(kind)) == []


def test_history_is_told_to_the_team_of_the_item():
    items = [{"customer": A, "team": TEAM, "kind": "message"}, {"customer": B, "team": None, "kind": "x"}]
    news = news_of(event("interactions.added.v1", {"customers": [A, B], "items": items}))
    assert news == [News("history.added", A, team=TEAM), News("history.added", B, team=None)]


def test_a_note_without_a_team_is_not_everybodys():
    for team, told in ((TEAM, TEAM), (None, NO_TEAM)):
        data = {"note": TASK, "customer": A, "team": team}
        assert news_of(event("note.created.v1", data)) == [News("history.added", A, team=told)]


@pytest.mark.parametrize("what", ["created", "completed", "due"])
def test_tasks_are_told_with_whom_they_are_about(what: str):
    data = {"task": TASK, "customer": None, "responsible": B}
    assert news_of(event(f"task.{what}.v1", data)) == [News(f"task.{what}", None, task=TASK, responsible=B)]


def test_a_merge_is_told_of_the_survivor_and_its_undoing_of_each():
    assert news_of(event("customer.merged.v1", {}, A)) == [News("customer.merged", A)]
    undone = news_of(event("customer.unmerged.v1", {"restored": [B]}, A))
    assert undone == [News("customer.unmerged", A), News("customer.unmerged", B)]


@pytest.mark.parametrize("path", sorted(CONTRACTS.glob("*/events/out/*.json")), ids=lambda path: path.stem)
def test_what_services_promise_is_understood(path: Path):
    news = news_of(json.loads(path.read_text("utf-8")))
    assert bool(news) == (path.stem in ROUTING_KEYS)


@pytest.mark.parametrize("type_", ["tag.renamed.v1", "customers.changed.v2", None, ["x"]])
def test_there_is_nothing_to_tell_of_other_types(type_: Any):
    assert news_of(event(type_, {})) == []


@pytest.mark.parametrize("type_", ROUTING_KEYS)
def test_an_event_without_what_its_type_promises_is_refused(type_: str):
    with pytest.raises(ValueError, match="without what its type promises"):
        news_of({"type": type_})


def test_an_event_is_refused_whole_for_an_id_that_is_none():
    items = [{"customer": A, "team": None}, {"customer": 3, "team": None}]
    with pytest.raises(ValueError, match="ids that are none"):
        news_of(event("interactions.added.v1", {"items": items}))
