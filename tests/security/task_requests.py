"""Scripts about tasks and their comments: about each kind of customer, about nobody, of everybody."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.security.customer_requests import Play, on, pages
from tests.security.door import Request
from tests.security.known import World

_STATUSES = ("open", "in_progress", "done", "cancelled", "open,done")


def tasks_in_every_way(world: World, rng: Random) -> Play:
    yield Request("list_tasks", query={"limit": 200})
    for which in ({"mine": "true"}, {"team": "true"}, {"overdue": "true"}, {"sort": "-created_at"}, {}):
        query: dict[str, Any] = {"limit": rng.choice((1, 2, 200)), **which}
        if rng.random() < 0.4:
            query["status"] = rng.choice(_STATUSES)
        yield from pages(Request("list_tasks", query=query), pages=3)
    for _, customer_id in world.one_of_each(rng):
        yield Request("list_tasks", query={"customer": customer_id})


def tasks_of_each(world: World, rng: Random) -> Play:
    for _, customer_id in world.one_of_each(rng):
        query = rng.choice(({}, {"limit": 1}, {"overdue": "true"}, {"status": rng.choice(_STATUSES)}))
        yield from pages(on("list_customer_tasks", customer_id, query=query), pages=2)


def each_task(world: World, rng: Random) -> Play:
    for _, task_id in world.any_of(world.tasks, rng):
        for operation in ("get_task", "list_task_changes", "list_comments"):
            yield Request(operation, {"task_id": task_id})


def make_tasks(world: World, rng: Random) -> Play:
    """About each kind of customer, for oneself and for others: who may see them is not told."""
    users = list(world.users.values())
    for _, customer_id in world.one_of_each(rng):
        body: dict[str, Any] = {"title": f"Made {rng.getrandbits(40):x}"}
        if rng.random() < 0.5:
            body["responsible"] = rng.choice((*users, world.some("hidden", rng)))
        if rng.random() < 0.5:
            made = yield on("create_customer_task", customer_id, body=body)
        else:
            made = yield Request("create_task", body={**body, "customer": customer_id})
        if made.status == 201:
            task = {"task_id": made.json()["id"]}
            yield Request("update_task", task, body={"status": "done"}, headers={"If-Match": '"1"'})
            yield Request("update_task", task, body={"customer": world.some("hidden", rng)})
            yield Request("list_task_changes", task)
    yield Request("create_task", body={"title": "About nobody", "responsible": rng.choice(users)})
    yield Request("list_tasks", query={"sort": "-created_at", "limit": 3})


def change_each_task(world: World, rng: Random) -> Play:
    for _, task_id in world.any_of(world.tasks, rng):
        headers = rng.choice(({}, {"If-Match": '"1"'}, {"If-Match": '"77"'}, {"If-Match": "*"}))
        patch = rng.choice(_patches(world, rng))
        yield Request("update_task", {"task_id": task_id}, body=patch, headers=headers)
        if rng.random() < 0.3:
            yield Request("delete_task", {"task_id": task_id}, headers=headers)
            yield Request("get_task", {"task_id": task_id})


def comment_on_each_task(world: World, rng: Random) -> Play:
    for _, task_id in world.any_of(world.tasks, rng):
        task = {"task_id": task_id}
        made = yield Request("add_comment", task, body={"body": f"Said {rng.getrandbits(40):x}"})
        known = world.comments.get(task_id, task_id)
        comment = {**task, "comment_id": made.json()["id"] if made.status == 201 else known}
        yield Request("update_comment", comment, body={"body": "Said otherwise"})
        yield Request("update_comment", {**task, "comment_id": known}, body={"body": "Mine now"})
        yield Request("delete_comment", comment, headers=rng.choice(({}, {"If-Match": '"1"'})))


def _patches(world: World, rng: Random) -> list[dict[str, Any]]:
    return [
        {"title": "Mine now"},
        {"description": None},
        {"status": rng.choice(("done", "in_progress", "cancelled"))},
        {"priority": "urgent"},
        {"due_at": None},
        {"responsible": rng.choice(list(world.users.values()))},
        {"customer": rng.choice(world.customers["own"])},
        {"customer": world.some("hidden", rng)},
        {"customer": None},
        {"nonsense": 1},
    ]
