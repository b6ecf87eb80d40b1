"""The rules of tasks by themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from servicekit.errors import Conflict, Forbidden, Invalid
from servicekit.ids import new_id
from services.tasks.work.domain import changes
from services.tasks.work.domain.customers import DELETED, LIVE, PURGED, Fate, latest, read_fates
from services.tasks.work.domain.forms import read_comment, read_new_task, read_task_patch
from services.tasks.work.domain.task import (
    STATUSES,
    UNFINISHED,
    FieldChange,
    Task,
    check_move,
    held,
    moved,
    released,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def a_task(**more: Any) -> Task:
    author = new_id()
    made = Task(new_id(), "Call back", author, author, created_at=NOW, updated_at=NOW)
    return replace(made, **more)


def problems(data: dict[str, Any], read: Any = read_new_task) -> set[tuple[str, str]]:
    with pytest.raises(Invalid) as raised:
        read(data)
    return {(each["pointer"], each["code"]) for each in raised.value.payload["errors"]}


def test_a_title_is_all_that_a_task_needs():
    assert read_new_task({"title": "  Call back "}) == {"title": "Call back"}


def test_everything_that_is_wrong_is_named_at_once():
    data = {
        "title": "x" * 201,
        "description": "x" * 10_001,
        "due_at": "2026-03-01T12:00:00",
        "responsible": "me",
        "priority": "soon",
        "customer": "Ana",
        "status": "done",
    }
    assert problems(data) == {
        ("/title", "too_long"),
        ("/description", "too_long"),
        ("/due_at", "invalid_time"),
        ("/responsible", "unknown_user"),
        ("/priority", "not_a_choice"),
        ("/customer", "unknown_customer"),
        ("/status", "unknown_property"),
    }


@pytest.mark.parametrize("title", [None, "", "  ", 7, "a\nb"])
def test_a_title_is_one_line_of_text(title: Any):
    assert {pointer for pointer, _ in problems({"title": title})} == {"/title"}


@pytest.mark.parametrize(
    "due", ["yesterday", 7, "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "2026-03-01"]
)
def test_a_due_date_is_a_moment(due: Any):
    assert problems({"title": "x", "due_at": due}) == {("/due_at", "invalid_time")}


def test_an_offset_is_understood():
    assert read_new_task({"title": "x", "due_at": "2026-03-01T09:00:00-03:00"})["due_at"] == NOW


def test_a_patch_may_empty_what_need_not_be():
    patch = {"description": None, "due_at": None, "customer": None, "status": "done"}
    assert read_task_patch(patch) == patch
    assert problems({"title": None, "responsible": None, "priority": None}, read_task_patch) == {
        ("/title", "required"),
        ("/responsible", "unknown_user"),
        ("/priority", "not_a_choice"),
    }


def test_a_comment_says_something():
    assert read_comment({"body": " Done.\nAll of it. "}) == "Done.\nAll of it."
    assert problems({"body": "  "}, read_comment) == {("/body", "required")}


def test_whoever_writes_a_task_has_to_do_it():
    author, other = new_id(), new_id()
    assert changes.made({"title": "x"}, task_id=new_id(), author_id=author, now=NOW).responsible_id == author
    given = {"title": "x", "responsible": other}
    assert changes.made(given, task_id=new_id(), author_id=author, now=NOW).responsible_id == other


def test_done_sets_the_time_of_completion_and_reopening_clears_it():
    done = changes.changed(a_task(), {"status": "done"}, now=LATER)
    assert (done.completed_at, done.version, done.updated_at) == (LATER, 2, LATER)
    reopened = changes.changed(done, {"status": "open"}, now=LATER)
    assert (reopened.completed_at, reopened.version) == (None, 3)
    assert changes.is_completed_by(a_task(), done)
    assert changes.is_reopened_by(done, reopened)


@pytest.mark.parametrize(("before", "after"), [("done", "cancelled"), ("cancelled", "done")])
def test_what_is_over_begins_anew_before_it_ends_otherwise(before: str, after: str):
    with pytest.raises(Conflict, match="illegal_status_change"):
        moved(a_task(status=before), after, now=NOW)


@pytest.mark.parametrize("status", UNFINISHED)
def test_a_task_of_a_deleted_customer_stays_as_it_is(status: str):
    task = held(a_task(status="in_progress"))
    assert (task.status, task.held_status) == ("cancelled", "in_progress")
    with pytest.raises(Conflict, match="customer_deleted"):
        check_move(task, status)
    assert released(task) == replace(task, status="in_progress", held_status=None)


@pytest.mark.parametrize("status", ["done", "cancelled"])
def test_what_was_over_is_neither_held_nor_brought_back(status: str):
    task = a_task(status=status)
    assert held(task) == released(task) == task


@pytest.mark.parametrize("status", STATUSES)
def test_the_status_that_it_has_is_no_move(status: str):
    task = a_task(status=status)
    assert changes.changed(task, {"status": status, "title": task.title}, now=LATER) is task


def test_another_due_date_is_reminded_of_anew():
    reminded = a_task(due_at=NOW, reminded_at=NOW)
    assert changes.changed(reminded, {"due_at": LATER}, now=LATER).reminded_at is None
    assert changes.changed(reminded, {"title": "Other"}, now=LATER).reminded_at == NOW
    assert changes.changed(reminded, {"due_at": NOW, "title": "Other"}, now=LATER).reminded_at == NOW


def test_a_due_date_that_was_reminded_of_is_not_reminded_of_again_when_the_task_is_reopened():
    done = a_task(due_at=NOW, reminded_at=NOW, status="done")
    assert not changes.changed(done, {"status": "open"}, now=LATER).is_to_be_reminded_of(LATER)
    unheard = a_task(due_at=NOW, status="done")
    assert changes.changed(unheard, {"status": "open"}, now=LATER).is_to_be_reminded_of(LATER)


def test_what_is_over_is_never_overdue():
    assert a_task(due_at=NOW).is_overdue(LATER)
    assert not a_task(due_at=NOW).is_overdue(NOW)
    assert not a_task(due_at=NOW, status="done").is_overdue(LATER)
    assert not a_task().is_overdue(LATER)


def test_the_history_shows_each_field_before_and_after():
    task, somebody = a_task(), UUID(int=7)
    after = changes.changed(task, {"responsible": somebody, "due_at": LATER}, now=LATER)
    assert changes.differences(task, after) == [
        FieldChange("due_at", None, "2026-03-01T13:00:00Z"),
        FieldChange("responsible", str(task.responsible_id), str(somebody)),
    ]


def test_who_sees_little_changes_only_the_status():
    changes.check_limited({"status": "done"})
    with pytest.raises(Forbidden, match="limited_task"):
        changes.check_limited({"status": "done", "title": "x"})


def test_the_last_word_about_a_customer_is_the_one_with_the_highest_revision():
    ana, bia = UUID(int=1), UUID(int=2)
    told = [
        Fate(bia, 1, DELETED, (bia,)),
        Fate(ana, 3, LIVE, (ana,)),
        Fate(ana, 2, DELETED, (ana,)),
        Fate(bia, 0, PURGED, (bia,)),
    ]
    assert latest(told) == [told[1], told[3]]


def test_of_what_is_told_only_what_ends_or_begins_matters():
    ana, bia = str(UUID(int=1)), str(UUID(int=2))
    entries = [
        {"id": ana, "revision": 4, "kind": "updated"},
        {"id": ana, "revision": 5, "kind": "deleted", "members": [ana, bia]},
        {"id": bia, "revision": 6, "kind": "restored"},
    ]
    assert read_fates(entries) == [
        Fate(UUID(ana), 5, DELETED, (UUID(ana), UUID(bia))),
        Fate(UUID(bia), 6, LIVE, (UUID(bia),)),
    ]


@pytest.mark.parametrize("revision", [None, "5", -1, True, 2**63])
def test_a_revision_is_a_number(revision: Any):
    with pytest.raises((ValueError, KeyError)):
        read_fates([{"id": str(UUID(int=1)), "revision": revision, "kind": "deleted"}])
