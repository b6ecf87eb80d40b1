"""Notes and tasks that are well formed and against the rules, asked for by an agent of team 1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from uuid import uuid4

from tests.security.customer_requests import on
from tests.security.door import Request
from tests.security.known import AGENT_OF_3, AGENTS, World


def about_hidden(customer: str) -> Iterator[Request]:
    yield on("get_profile", customer)
    yield on("list_notes", customer)
    yield on("start_conversation", customer, body={"channel": "whatsapp"})
    yield on("list_customer_tasks", customer)
    yield on("create_note", customer, body={"body": "Mine"})
    yield on("create_customer_task", customer, body={"title": "Mine"})
    yield Request("create_task", body={"title": "Mine", "customer": customer})
    yield Request("list_tasks", query={"customer": customer})


def of_others(world: World) -> Iterator[Request]:
    """Of hidden customers, of other teams and of administrators on the caller's own ones."""
    yield Request("get_conversation_request", {"request_id": world.requests["hidden"][0]})
    for kind in ("of others", "hidden", "deleted", "hidden, on own", "hidden, of administrators, on own"):
        note = {"note_id": world.notes[kind][0]}
        yield Request("get_note", note)
        yield Request("list_note_changes", note)
        yield Request("update_note", note, body={"pinned": True})
        yield Request("delete_note", note)
    for kind in ("of others", "hidden", "deleted", f"hidden, of {AGENT_OF_3}"):
        yield from _everything_with(world, world.tasks[kind][0])
    limited = {"task_id": world.tasks["limited"][0]}
    for patch in ({"title": "Mine"}, {"responsible": world.users[AGENTS[1]]}, {"description": "What?"}):
        yield Request("update_task", limited, body=patch)
    yield Request("add_comment", limited, body={"body": "What is it about?"})
    yield Request("list_comments", limited)
    yield Request("delete_task", limited)


def stale(world: World, headers: Mapping[str, str]) -> Iterator[Request]:
    note, task = {"note_id": world.notes["own"][0]}, {"task_id": world.tasks["own"][0]}
    comment = {**task, "comment_id": world.comments[task["task_id"]]}
    yield Request("update_note", note, body={"body": "Other"}, headers=headers)
    yield Request("delete_note", note, headers=headers)
    yield Request("update_task", task, body={"title": "Other"}, headers=headers)
    yield Request("delete_task", task, headers=headers)
    yield Request("update_comment", comment, body={"body": "Other"}, headers=headers)
    yield Request("delete_comment", comment, headers=headers)


def against_rules(world: World) -> Iterator[Request]:
    own = world.customers["own"][1]
    for wrong in ({"body": "  "}, {"body": "x" * 10_001}, {"body": "x", "team": world.teams["3"]}):
        yield on("create_note", own, body=wrong)
    for wrong_way in ({"channel": "nowhere"}, {"channel": "whatsapp", "contact_point_id": str(uuid4())}):
        yield on("start_conversation", own, body=wrong_way)
    yield on("create_note", own, body={"body": "x", "team": str(uuid4())})
    # An administrator wrote these.
    note, task = {"note_id": world.notes["own"][1]}, {"task_id": world.tasks["own"][1]}
    comment = {**task, "comment_id": world.comments[task["task_id"]]}
    yield Request("update_note", note, body={"body": "Not what was written"})
    yield Request("delete_note", note)
    yield Request("delete_task", task)
    yield Request("update_comment", comment, body={"body": "Not what was said"})
    yield Request("delete_comment", comment)
    for wrong_task in (
        {"title": "  "},
        {"due_at": "2026-01-02"},
        {"due_at": "0001-01-02T00:00:00Z"},
        {"responsible": str(uuid4())},
        {"responsible": world.users[AGENT_OF_3]},  # who does not see the customer
    ):
        yield on("create_customer_task", own, body={"title": "New", **wrong_task})
        yield Request("update_task", task, body=wrong_task)
    yield Request("update_task", task, body={"customer": world.customers["hidden"][0]})
    yield Request("list_tasks", query={"mine": "true", "team": "true"})


def _everything_with(world: World, task_id: str) -> Iterator[Request]:
    task = {"task_id": task_id}
    for operation in ("get_task", "list_task_changes", "list_comments"):
        yield Request(operation, task)
    yield Request("update_task", task, body={"status": "done"})
    yield Request("delete_task", task)
    yield Request("add_comment", task, body={"body": "Mine"})
    if task_id in world.comments:
        comment = {**task, "comment_id": world.comments[task_id]}
        yield Request("update_comment", comment, body={"body": "Mine"})
        yield Request("delete_comment", comment)
