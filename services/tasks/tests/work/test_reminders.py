"""Reminders: once for each due date, by however many replicas."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from servicekit.clock import to_rfc3339
from servicekit.ids import new_id
from services.tasks.tests.work.office import add, edit, fate, tell
from services.tasks.tests.world import World
from services.tasks.work import reminders
from services.tasks.work.reminders import remind_due

Json = dict[str, Any]
DUE = datetime(2031, 3, 1, 12, tzinfo=UTC)
SOON, LATER = DUE - timedelta(seconds=1), DUE + timedelta(hours=1)


def reminded(world: World) -> list[str]:
    return [event["data"]["task"] for event in world.events("task.due.v1")]


def a_task(world: World, due: datetime = DUE, **more: Any) -> Json:
    return add(world, world.admin, due_at=to_rfc3339(due), **more)


def test_a_task_is_reminded_of_when_it_is_due_and_once(world: World):
    customer = world.customer("Vendas")
    task = a_task(world, customer=customer)
    assert remind_due(world.db, now=SOON) == 0
    assert remind_due(world.db, now=DUE) == 1
    assert remind_due(world.db, now=LATER) == 0
    [event] = world.events("task.due.v1")
    assert event["data"] == {"task": task["id"], "customer": customer, "responsible": task["responsible"]}
    assert (event["subject"], event["revision"]) == (task["id"], 1)


def test_a_task_that_was_overdue_from_the_beginning_is_reminded_of_once(world: World):
    a_task(world, datetime(2020, 1, 1, tzinfo=UTC))
    assert [remind_due(world.db, now=DUE) for _ in range(2)] == [1, 0]


def test_another_due_date_is_reminded_of_again(world: World):
    task = a_task(world)
    remind_due(world.db, now=DUE)
    edit(world, world.admin, task, due_at=to_rfc3339(LATER))
    assert remind_due(world.db, now=DUE) == 0
    assert remind_due(world.db, now=LATER) == 1
    edit(world, world.admin, task, title="Another title")
    assert remind_due(world.db, now=LATER) == 0
    assert reminded(world) == [task["id"]] * 2


@pytest.mark.parametrize("status", ["done", "cancelled"])
def test_what_is_over_is_reminded_of_when_it_begins_anew(world: World, status: str):
    task = a_task(world)
    edit(world, world.admin, task, status=status)
    assert remind_due(world.db, now=DUE) == 0
    edit(world, world.admin, task, status="open")
    assert remind_due(world.db, now=DUE) == 1


def test_a_deleted_task_and_a_task_of_a_deleted_customer_are_not_reminded_of(world: World):
    customer = world.customer("Vendas")
    world.service.delete_task(world.admin, a_task(world)["id"])
    kept = a_task(world, customer=customer)
    tell(world, fate("deleted", customer, 2))
    assert remind_due(world.db, now=DUE) == 0
    tell(world, fate("restored", customer, 3))
    assert remind_due(world.db, now=DUE) == 1
    assert reminded(world) == [kept["id"]]


def test_replicas_at_once_remind_of_each_task_once(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reminders, "BATCH", 7)
    ids = [str(new_id()) for _ in range(300)]
    world.run(
        """INSERT INTO task (id, title, responsible_id, author_id, due_at, created_at, updated_at)
           SELECT id, 'x', id, id, :due, now(), now() FROM unnest(CAST(:ids AS uuid[])) AS id""",
        ids=ids,
        due=DUE,
    )
    barrier = threading.Barrier(3)

    def replica() -> None:
        barrier.wait()
        while world.rows("SELECT FROM task WHERE reminded_at IS NULL LIMIT 1"):
            remind_due(world.db, now=DUE)

    threads = [threading.Thread(target=replica) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(reminded(world)) == Counter(ids)


def test_no_failure_ends_the_looking(world: World, monkeypatch: pytest.MonkeyPatch):
    def broken(db: object, *, now: datetime) -> int:
        raise RuntimeError("the database says something odd")

    monkeypatch.setattr(reminders, "remind_due", broken)
    reminders._look(world.db)
