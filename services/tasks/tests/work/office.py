"""Tasks as tests make and look at them, by the service's own methods."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from servicekit.clock import parse_rfc3339
from servicekit.events import Event
from servicekit.ids import new_id
from services.tasks.tests.world import World
from services.tasks.work.subscribers import FollowCustomers

Json = dict[str, Any]


def add(world: World, scope: Json, title: str = "Call back", **data: Any) -> Json:
    """A new task."""
    return world.service.create_task(scope, {"title": title, **data})["task"]


def edit(world: World, scope: Json, task: Json, **patch: Any) -> Json:
    return world.service.update_task(scope, task["id"], patch)["task"]


def every(world: World, scope: Json, *, limit: int = 50, **narrowed: Any) -> list[Json]:
    """All pages of a list."""
    found: list[Json] = []
    cursor = None
    while True:
        page = world.service.list_tasks(scope, limit, cursor, **narrowed)
        assert len(page["data"]) <= limit
        found += page["data"]
        cursor = page["next"]
        if cursor is None:
            return found


def titles(tasks: list[Json]) -> list[str]:
    return [task["title"] for task in tasks]


def fate(kind: str, customer: str, revision: int, *members: str) -> Json:
    """An entry of customers.changed.v1."""
    return {"id": customer, "version": 1, "revision": revision, "kind": kind, "members": list(members)}


def tell(world: World, *entries: Json) -> None:
    """One event, as the consumer brings it."""
    event = Event(
        "customers.changed.v1", {"customers": list(entries)}, id=str(new_id()), source="/services/customers"
    )
    with world.db.unit_of_work() as uow:
        FollowCustomers(None).apply(uow, [event], None)


def statuses(world: World) -> dict[str, str]:
    """Of each task by title, whoever may see it."""
    return {
        row.title: row.status for row in world.rows("SELECT title, status FROM task WHERE deleted_at IS NULL")
    }


def due(text: str) -> str:
    """Checked here, so that a typing error in a test is no test of its own."""
    assert parse_rfc3339(text)
    return text


def a_stranger() -> str:
    return str(UUID(int=new_id().int))


def forget_tasks(world: World) -> None:
    """As in the beginning. Between examples of one test: emptying few rows is faster than truncating."""
    for table in ("comment", "task_change", "task", "customer_state", "outbox"):
        world.run(f"DELETE FROM {table}")
