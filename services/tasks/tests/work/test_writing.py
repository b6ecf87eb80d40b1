"""Creating, editing and deleting tasks."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from servicekit.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from services.tasks.tests.work.office import a_stranger, add, edit, fate, tell
from services.tasks.tests.world import World

Json = dict[str, Any]


def refusal(raised: pytest.ExceptionInfo[Invalid]) -> tuple[str, str]:
    [error] = raised.value.payload["errors"]
    return error["pointer"], error["code"]


def test_a_task_is_told_of_and_shown_as_it_was_written(world: World):
    ana, customer = world.agent("ana", "Vendas"), world.customer("Vendas")
    made = add(
        world, ana, description="Wants a price.", due_at="2026-03-01T09:00:00-03:00", customer=customer
    )
    assert made == world.service.get_task(ana, made["id"])
    assert made | {"id": "", "created_at": "", "updated_at": ""} == {
        "id": "",
        "title": "Call back",
        "description": "Wants a price.",
        "due_at": "2026-03-01T12:00:00Z",
        "responsible": ana["user_id"],
        "author": ana["user_id"],
        "priority": "medium",
        "status": "open",
        "customer": customer,
        "overdue": True,
        "created_at": "",
        "updated_at": "",
        "completed_at": None,
        "version": 1,
    }
    [event] = world.events("task.created.v1")
    assert event["data"] == {"task": made["id"], "customer": customer, "responsible": ana["user_id"]}
    assert (event["subject"], event["revision"]) == (made["id"], 1)


def test_a_task_about_an_absorbed_customer_is_its_survivors(world: World):
    ana, old, new = world.agent("ana", "Vendas"), world.customer("Vendas"), world.customer("Vendas")
    before = add(world, ana, customer=old)
    world.company.merge(old, into=new)
    assert add(world, ana, customer=old)["customer"] == new
    assert world.service.get_task(ana, before["id"])["customer"] == new


def test_nobody_writes_a_task_about_a_customer_whom_they_do_not_see(world: World):
    ana, hidden = world.agent("ana", "Vendas"), world.customer("Suporte")
    for customer in (hidden, a_stranger()):
        with pytest.raises(NotFound, match="customer_not_found"):
            add(world, ana, customer=customer)
    assert world.rows("SELECT FROM task") == []


def test_the_responsible_is_somebody_who_works_here_and_sees_the_customer(world: World):
    ana, bia, customer = world.agent("ana", "Vendas"), world.agent("bia", "Suporte"), world.customer("Vendas")
    assert add(world, ana, responsible=bia["user_id"])["responsible"] == bia["user_id"]
    with pytest.raises(Invalid) as raised:
        add(world, ana, customer=customer, responsible=bia["user_id"])
    assert refusal(raised) == ("/responsible", "cannot_see_customer")
    world.deactivate("bia")
    for responsible in (bia["user_id"], a_stranger()):
        with pytest.raises(Invalid) as raised:
            add(world, ana, responsible=responsible)
        assert refusal(raised) == ("/responsible", "unknown_user")


def test_naming_somebody_tells_nothing_of_teams_that_one_is_not_shown(world: World):
    # Of a customer's teams agents see their own; who is responsible must not become a way to ask for others.
    ana, bia = world.agent("ana", "Vendas"), world.agent("bia", "Suporte")
    root = world.an_administrator("rui")
    shared, own = world.customer("Vendas", "Suporte"), world.customer("Vendas")
    for customer in (shared, own):
        with pytest.raises(Invalid) as raised:
            add(world, ana, customer=customer, responsible=bia["user_id"])
        assert refusal(raised) == ("/responsible", "cannot_see_customer")
    assert add(world, ana, customer=own, responsible=root["user_id"])["responsible"] == root["user_id"]
    assert add(world, root, customer=shared, responsible=bia["user_id"])["responsible"] == bia["user_id"]


def test_whoever_sees_a_task_edits_it_and_gives_it_to_somebody_else(world: World):
    ana, bia, customer = world.agent("ana", "Vendas"), world.agent("bia", "Vendas"), world.customer("Vendas")
    task = add(world, ana, customer=customer)
    edited = edit(world, bia, task, title="Call today", priority="urgent", responsible=bia["user_id"])
    assert (edited["title"], edited["priority"], edited["version"]) == ("Call today", "urgent", 2)
    assert edited["responsible"] == bia["user_id"]
    changes = world.service.list_task_changes(ana, task["id"])["data"]
    assert {(each["field"], each["before"], each["after"]) for each in changes} == {
        ("title", "Call back", "Call today"),
        ("priority", "medium", "urgent"),
        ("responsible", ana["user_id"], bia["user_id"]),
    }
    assert {each["by"] for each in changes} == {bia["user_id"]}


def test_a_task_is_given_only_to_who_sees_its_customer(world: World):
    ana, bia, customer = world.agent("ana", "Vendas"), world.agent("bia", "Suporte"), world.customer("Vendas")
    task = add(world, ana, customer=customer)
    with pytest.raises(Invalid) as raised:
        edit(world, ana, task, responsible=bia["user_id"])
    assert refusal(raised) == ("/responsible", "cannot_see_customer")
    loose = add(world, ana, responsible=bia["user_id"])
    with pytest.raises(Invalid) as raised:
        edit(world, ana, loose, customer=customer)
    assert refusal(raised) == ("/responsible", "cannot_see_customer")
    assert edit(world, ana, loose, customer=customer, responsible=ana["user_id"])["customer"] == customer
    assert edit(world, ana, loose, customer=None)["customer"] is None


def test_the_history_of_a_task_names_only_customers_that_the_reader_sees(world: World):
    ana = world.agent("ana", "Vendas", "Suporte")
    bia = world.agent("bia", "Vendas")
    hidden, seen = world.customer("Suporte"), world.customer("Vendas")
    task = add(world, ana, customer=hidden)
    edit(world, ana, task, customer=seen)

    def history(reader: Json) -> tuple[Any, Any]:
        [change] = world.service.list_task_changes(reader, task["id"])["data"]
        return change["before"], change["after"]

    assert history(ana) == (hidden, seen)
    assert history(bia) == (None, seen)


def test_done_is_told_once_and_reopening_forgets_when(world: World):
    ana = world.agent("ana", "Vendas")
    task = add(world, ana)
    done = edit(world, ana, task, status="done")
    assert done["completed_at"] is not None
    assert edit(world, ana, task, status="done")["version"] == done["version"] == 2
    reopened = edit(world, ana, task, status="in_progress")
    assert (reopened["completed_at"], reopened["version"]) == (None, 3)
    assert [event["revision"] for event in world.events("task.completed.v1")] == [2]


def test_a_done_task_is_not_cancelled(world: World):
    ana = world.agent("ana", "Vendas")
    task = add(world, ana)
    edit(world, ana, task, status="done")
    with pytest.raises(Conflict, match="illegal_status_change"):
        edit(world, ana, task, status="cancelled")


def test_a_stale_version_changes_nothing(world: World):
    ana = world.agent("ana", "Vendas")
    task = add(world, ana)
    edit(world, ana, task, title="Other")
    with pytest.raises(Stale) as raised:
        world.service.update_task(ana, task["id"], {"title": "Mine"}, version=1)
    assert raised.value.payload["current"]["title"] == "Other"
    with pytest.raises(Stale):
        world.service.delete_task(ana, task["id"], version=1)
    assert world.service.update_task(ana, task["id"], {"title": "Mine"}, version=2)["task"]["version"] == 3


def test_the_responsible_who_lost_sight_of_the_customer_says_how_far_it_is(world: World):
    ana, customer = world.agent("ana", "Vendas"), world.customer("Vendas")
    task = add(world, ana, description="Secret", customer=customer, responsible=ana["user_id"])
    ana = world.agent("ana", "Suporte")
    seen = world.service.get_task(ana, task["id"])
    assert (seen["title"], seen["description"], seen["customer"], seen["limited"]) == (
        "Call back",
        None,
        None,
        True,
    )
    for refused in (
        lambda: edit(world, ana, task, title="x"),
        lambda: edit(world, ana, task, status="done", priority="low"),
        lambda: world.service.list_task_changes(ana, task["id"]),
        lambda: world.service.list_comments(ana, task["id"]),
        lambda: world.service.add_comment(ana, task["id"], {"body": "x"}),
        lambda: world.service.delete_task(ana, task["id"]),
    ):
        with pytest.raises(Forbidden, match="limited_task"):
            refused()
    assert edit(world, ana, task, status="done")["status"] == "done"
    assert edit(world, ana, task, status="open")["limited"]


def test_only_its_author_and_administrators_delete_a_task(world: World):
    ana, bia, customer = world.agent("ana", "Vendas"), world.agent("bia", "Vendas"), world.customer("Vendas")
    mine, other = add(world, ana, customer=customer), add(world, ana, customer=customer)
    with pytest.raises(Forbidden, match="not_the_author"):
        world.service.delete_task(bia, mine["id"])
    world.service.delete_task(ana, mine["id"])
    world.service.delete_task(world.admin, other["id"], version=1)
    for call in (world.service.get_task, world.service.delete_task, world.service.list_comments):
        with pytest.raises(NotFound, match="task_not_found"):
            call(ana, mine["id"])
    assert world.service.list_tasks(world.admin)["data"] == []


def test_a_repeated_request_makes_one_task_and_answers_as_things_are_now(world: World):
    ana, bia = world.agent("ana", "Vendas"), world.agent("bia", "Vendas")
    key = {"key": "k1", "hash": "h1"}
    data = {"title": "Once", "responsible": bia["user_id"]}
    first = world.service.create_task(ana, data, key)
    edit(world, ana, first["task"], title="Twice")
    world.deactivate("bia")
    again = world.service.create_task(ana, data, key)
    assert (first["replayed"], again["replayed"], again["id"]) == (False, True, first["id"])
    assert again["task"]["title"] == "Twice"
    with pytest.raises(Invalid, match="idempotency_key_reused"):
        world.service.create_task(ana, {"title": "x"}, {"key": "k1", "hash": "h2"})


def test_a_repeated_change_is_made_once(world: World):
    ana = world.agent("ana", "Vendas")
    task, key = add(world, ana), {"key": "k2", "hash": "h"}
    world.service.update_task(ana, task["id"], {"status": "done"}, idempotency=key)
    edit(world, ana, task, status="open")
    assert (
        world.service.update_task(ana, task["id"], {"status": "done"}, idempotency=key)["task"]["status"]
        == "open"
    )


def test_edits_at_once_are_all_recorded(world: World):
    ana = world.agent("ana", "Vendas")
    task = add(world, ana)

    def rename(number: int) -> None:
        world.patiently(lambda: edit(world, ana, task, title=f"Title {number}"))

    threads = [threading.Thread(target=rename, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert world.service.get_task(ana, task["id"])["version"] == 5
    assert len(world.service.list_task_changes(ana, task["id"])["data"]) == 4


def test_no_task_is_written_about_a_customer_whose_deletion_was_heard_of_before_it_is_seen(world: World):
    ana, customer = world.agent("ana", "Vendas"), world.customer("Vendas")
    old = add(world, ana, customer=customer)
    edit(world, ana, old, status="cancelled")
    tell(world, fate("deleted", customer, 5))
    with pytest.raises(Conflict, match="customer_deleted"):
        edit(world, ana, old, status="open")
    for refused in (
        lambda: add(world, ana, customer=customer),
        lambda: edit(world, ana, add(world, ana), customer=customer),
    ):
        with pytest.raises(NotFound, match="customer_not_found"):
            refused()


def test_connectors_have_no_tasks(world: World):
    connector = {"user_id": a_stranger(), "role": "connector", "team_ids": []}
    with pytest.raises(Forbidden):
        add(world, connector)
    with pytest.raises(Forbidden):
        world.service.list_tasks(connector)
