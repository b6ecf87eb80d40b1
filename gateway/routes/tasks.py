"""Tasks: asked of the tasks service under the caller's scope."""

from __future__ import annotations

from typing import Any

from gateway.answers import Answer, moved, no_content, page_answer, resource_answer, written_answer
from gateway.call import Call
from gateway.operations import Routes
from gateway.schemas.common import PageQuery, page_of
from gateway.schemas.tasks import (
    CustomerTaskQuery,
    NewCustomerTask,
    NewTask,
    Task,
    TaskChange,
    TaskPatch,
    TaskQuery,
)
from servicekit.errors import Invalid

routes = Routes("Tasks")
_SERVICE = "tasks"
_NARROWED = ("limit", "cursor", "overdue", "status", "priority", "sort")
_MOVES = "illegal_status_change, customer_deleted: the status cannot go there"


@routes.get(
    "/v1/customers/{customer_id}/tasks",
    query=CustomerTaskQuery(),
    answers={200: page_of(Task), 308: None},
)
async def list_customer_tasks(call: Call) -> Answer:
    """Tasks about a customer."""
    reply = await _list(call, customer_id=call.path["customer_id"])
    if "moved_to" in reply:
        return moved(f"/v1/customers/{reply['moved_to']}/tasks")
    return page_answer(reply)


@routes.post("/v1/customers/{customer_id}/tasks", body=NewCustomerTask(), answers={201: Task})
async def create_customer_task(call: Call) -> Answer:
    """Make a task about a customer. On a merged id it belongs to the survivor."""
    return await _create(call, {**call.body, "customer": call.path["customer_id"]})


@routes.get("/v1/tasks", query=TaskQuery(), answers={200: page_of(Task)})
async def list_tasks(call: Call) -> Answer:
    """Tasks that the caller may see, narrowed to `mine`, to those of my `team`s, or to a `customer`'s.

    With a customer a task is seen by who sees the customer; without one by its author, whoever is
    responsible, and the author's teams. Whoever is responsible and may not see the customer (any more) sees
    it `limited`. A page may hold fewer than asked for, even none, and still have a next one.
    """
    asked = call.query
    if asked["mine"] and asked["team"]:
        raise Invalid.at("/team", "not_both", "Either `mine` or `team`.")
    view = "mine" if asked["mine"] else "team" if asked["team"] else None
    reply = await _list(call, view=view, customer_id=asked["customer"])
    if "moved_to" in reply:
        reply = await _list(call, view=view, customer_id=reply["moved_to"])
    return page_answer(reply)


@routes.post("/v1/tasks", body=NewTask(), answers={201: Task})
async def create_task(call: Call) -> Answer:
    """Make a task, for oneself unless `responsible` says otherwise; about a customer or not."""
    return await _create(call, call.body)


@routes.get("/v1/tasks/{task_id}", answers={200: Task})
async def get_task(call: Call) -> Answer:
    """One task. Always whole: time, merges and rights change what is shown without a new version."""
    return resource_answer(await call.ask("get_task", call.path["task_id"], service=_SERVICE))


@routes.patch("/v1/tasks/{task_id}", body=TaskPatch(), answers={200: Task}, errors={409: _MOVES})
async def update_task(call: Call) -> Answer:
    """Change, reassign, complete or reopen a task with a JSON merge patch.

    Whoever sees it `limited` changes its `status` and nothing else (403).
    """
    reply = await call.tell(
        "update_task", call.path["task_id"], call.body, version=call.version, service=_SERVICE
    )
    return _written(reply)


@routes.delete("/v1/tasks/{task_id}", answers={204: None})
async def delete_task(call: Call) -> Answer:
    """Delete a task and its comments."""
    await call.tell("delete_task", call.path["task_id"], version=call.version, service=_SERVICE)
    return no_content()


@routes.get("/v1/tasks/{task_id}/changes", query=PageQuery(), answers={200: page_of(TaskChange)})
async def list_task_changes(call: Call) -> Answer:
    """What became of a task, field by field; newest first."""
    page = await call.ask(
        "list_task_changes",
        call.path["task_id"],
        limit=call.query["limit"],
        cursor=call.query["cursor"],
        service=_SERVICE,
    )
    return page_answer(page)


async def _list(call: Call, **which: Any) -> dict[str, Any]:
    narrowed = {name: call.query[name] for name in _NARROWED}
    page: dict[str, Any] = await call.ask("list_tasks", service=_SERVICE, **narrowed, **which)
    return page


async def _create(call: Call, data: dict[str, Any]) -> Answer:
    return _written(await call.tell("create_task", data, service=_SERVICE), is_new=True)


def _written(reply: dict[str, Any], *, is_new: bool = False) -> Answer:
    task = reply["task"]
    location = f"/v1/tasks/{task['id']}" if is_new else None
    return written_answer(task, replayed=reply.get("replayed", False), location=location)
