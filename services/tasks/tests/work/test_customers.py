"""What becomes of tasks when their customers are deleted, restored and purged."""

from __future__ import annotations

import random
import threading
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servicekit.errors import Conflict, NotFound
from servicekit.events import BadEvent
from servicekit.ids import new_id
from services.tasks.tables import metadata
from services.tasks.tests.work.office import add, edit, fate, forget_tasks, statuses, tell
from services.tasks.tests.world import World

Json = dict[str, Any]


def test_open_tasks_wait_for_their_customer_and_come_back_as_they_were(world: World):
    ana, customer = world.agent("ana", "Vendas"), world.customer("Vendas")
    for title in ("open", "in_progress", "done", "cancelled"):
        edit(world, ana, add(world, ana, title, customer=customer), status=title)
    before = statuses(world)
    tell(world, fate("deleted", customer, 2, customer))
    assert set(statuses(world).values()) == {"done", "cancelled"}
    tell(world, fate("restored", customer, 3, customer))
    assert statuses(world) == before
    [begun] = [t for t in world.service.list_tasks(ana)["data"] if t["title"] == "in_progress"]
    changes = world.service.list_task_changes(ana, begun["id"])["data"]
    moves = [(each["before"], each["after"], each["by"]) for each in changes]
    assert moves == [
        ("cancelled", "in_progress", None),
        ("in_progress", "cancelled", None),
        ("open", "in_progress", ana["user_id"]),
    ]
    assert begun["version"] == 4


def test_it_is_about_every_record_of_the_customer(world: World):
    ana, old, new = world.agent("ana", "Vendas"), world.customer("Vendas"), world.customer("Vendas")
    for title, customer in (("old", old), ("new", new)):
        add(world, ana, title, customer=customer)
    tell(world, fate("deleted", new, 2, old, new))
    assert statuses(world) == {"old": "cancelled", "new": "cancelled"}


def test_events_come_twice_and_in_any_order(world: World):
    ana, customer = world.agent("ana", "Vendas"), world.customer("Vendas")
    add(world, ana, "x", customer=customer)
    deleted, restored = fate("deleted", customer, 2), fate("restored", customer, 3)
    tell(world, restored)
    tell(world, deleted)
    assert statuses(world) == {"x": "open"}
    tell(world, fate("deleted", customer, 4))
    tell(world, deleted, restored)
    assert statuses(world) == {"x": "cancelled"}


def test_a_record_is_back_only_when_no_customer_that_it_was_part_of_is_deleted(world: World):
    ana, root, part = world.agent("ana", "Vendas"), world.customer("Vendas"), world.customer("Vendas")
    add(world, ana, "x", customer=part)
    # Deleted and restored as part of the root, then taken apart and deleted by itself.
    tell(world, fate("deleted", part, 4, part))
    tell(world, fate("deleted", root, 5, root, part))
    tell(world, fate("restored", root, 6, root, part))
    assert statuses(world) == {"x": "cancelled"}
    tell(world, fate("restored", part, 7, part))
    assert statuses(world) == {"x": "open"}


def test_of_purged_customers_nothing_is_left(world: World):
    ana, gone, here = world.agent("ana", "Vendas"), world.customer("Vendas"), world.customer("Vendas")
    for customer in (gone, here):
        for title in ("kept", "deleted"):
            task = add(world, ana, title, customer=customer)
            world.service.add_comment(ana, task["id"], {"body": "Secret"})
            edit(world, ana, task, status="done")
            if title == "deleted":
                world.service.delete_task(ana, task["id"])
    world.service.create_note(ana, gone, {"body": "Secret"})
    tell(world, fate("deleted", gone, 2))
    tell(world, fate("purged", gone, 3, gone))
    tell(world, fate("restored", gone, 9))  # nothing comes after a purge
    left = {row.customer_id for row in world.rows("SELECT DISTINCT CAST(customer_id AS text) FROM task")}
    assert left == {here}
    for table, count in (("task", 2), ("comment", 2), ("task_change", 3), ("note", 0)):
        assert len(world.rows(f"SELECT FROM {table}")) == count


def test_every_place_that_holds_a_customers_id_is_emptied_by_a_purge(world: World):
    """A new column with that name is thought of here before it can be used."""
    places = {table.name for table in metadata.tables.values() if "customer_id" in table.columns}
    assert places == {"task", "note", "note_count", "customer_state"}
    ana, customer = world.agent("ana", "Vendas"), world.customer("Vendas")
    task = add(world, ana, customer=customer)
    edit(world, ana, add(world, ana), customer=customer)
    world.service.create_note(ana, customer, {"body": "Secret"})
    edit(world, ana, task, customer=None)
    tell(world, fate("purged", customer, 2))
    kept = {"customer_state", "outbox"}  # that it is gone; and what was not sent yet
    for table in metadata.tables.keys() - kept:
        found = world.rows(f"SELECT FROM {table} t WHERE CAST(t AS text) LIKE '%' || :id || '%'", id=customer)
        assert found == [], table


def test_a_task_that_is_written_while_the_deletion_is_heard_of_is_not_left_to_be_done(world: World):
    ana = world.agent("ana", "Vendas")
    for revision in range(2, 12):
        customer = world.customer("Vendas")

        def write(customer: str = customer) -> None:
            with suppress(NotFound):
                world.patiently(lambda: add(world, ana, customer=customer))

        deletion = fate("deleted", customer, revision)
        together(write, write, lambda entry=deletion: world.patiently(lambda: tell(world, entry)))
    assert set(statuses(world).values()) <= {"cancelled"}


def test_many_deletions_at_once_do_not_lock_each_other_out(world: World):
    ana, customers = world.agent("ana", "Vendas"), [world.customer("Vendas") for _ in range(40)]
    for number, customer in enumerate(customers):
        add(world, ana, str(number), customer=customer)
    entries = [fate("deleted", customer, 2) for customer in customers]

    def batch(seed: int) -> None:
        mixed = random.Random(seed).sample(entries, len(entries))
        world.patiently(lambda: tell(world, *mixed))

    together(*[lambda seed=seed: batch(seed) for seed in range(4)])
    assert set(statuses(world).values()) == {"cancelled"}


def test_the_responsible_cannot_bring_back_what_waits_for_its_customer(world: World):
    ana, customer = world.agent("ana", "Vendas"), world.customer("Vendas")
    task = add(world, ana, customer=customer)
    world.company.customers[customer].deleted = True
    tell(world, fate("deleted", customer, 2))
    for status in ("open", "done"):
        with pytest.raises(Conflict, match="customer_deleted"):
            edit(world, ana, task, status=status)


def test_a_comment_that_is_written_during_a_purge_goes_with_its_task(world: World):
    ana = world.agent("ana", "Vendas")
    for revision in range(2, 8):
        customer = world.customer("Vendas")
        task = add(world, ana, customer=customer)

        def write(task: Json = task) -> None:
            with suppress(NotFound):
                for _ in range(5):
                    world.service.add_comment(ana, task["id"], {"body": "Called."})
                    world.patiently(lambda: edit(world, ana, task, title=str(new_id())))

        purge = fate("purged", customer, revision)
        together(write, write, lambda entry=purge: world.patiently(lambda: tell(world, entry)))
    assert world.rows("SELECT FROM task") == world.rows("SELECT FROM comment") == []


def test_reopening_and_deleting_at_once_come_to_an_end(world: World):
    ana = world.agent("ana", "Vendas")
    for revision in range(2, 10):
        customer = world.customer("Vendas")
        task = add(world, ana, customer=customer)
        edit(world, ana, task, status="cancelled")

        def reopen(task: Json = task) -> None:
            with suppress(Conflict):
                world.patiently(lambda: edit(world, ana, task, status="open"))

        deletion = fate("deleted", customer, revision)
        together(reopen, lambda entry=deletion: world.patiently(lambda: tell(world, entry)))
    assert set(statuses(world).values()) == {"cancelled"}


def together(*works: Any) -> None:
    errors: list[BaseException] = []

    def run(work: Any) -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors, errors


KINDS = ("deleted", "restored")
steps = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(KINDS)), min_size=1, max_size=6)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=steps, purged=st.sets(st.integers(0, 2), max_size=1), data=st.data())
def test_in_whatever_order_events_come_the_end_is_the_same(
    world: World, steps: list[tuple[int, str]], purged: set[int], data: st.DataObject
):
    """Customer 2 was merged into customer 1: what is told of that one is about both."""
    forget_tasks(world)
    ana = world.agent("ana", "Vendas")
    customers = [world.customer("Vendas") for _ in range(3)]
    members = {0: [0], 1: [1, 2], 2: [2]}
    for number, customer in enumerate(customers):
        add(world, ana, f"open {number}", customer=customer)
        edit(world, ana, add(world, ana, f"done {number}", customer=customer), status="done")
    last: dict[int, str] = {}
    entries: list[Json] = []
    for revision, (who, kind) in enumerate([*steps, *((who, "purged") for who in purged)], 1):
        last[who] = kind
        entries.append(fate(kind, customers[who], revision, *(customers[m] for m in members[who])))
    arriving = data.draw(st.permutations(entries + entries[:2]))
    while arriving:
        size = data.draw(st.integers(1, len(arriving)))
        tell(world, *arriving[:size])
        arriving = arriving[size:]

    def is_(kind: str, number: int) -> bool:
        return any(last.get(who) == kind for who in members if number in members[who])

    expected: dict[str, str] = {}
    for number in range(3):
        if not is_("purged", number):
            expected[f"open {number}"] = "cancelled" if is_("deleted", number) else "open"
            expected[f"done {number}"] = "done"
    assert statuses(world) == expected


def test_what_is_no_customer_is_parked(world: World):
    """Its neighbours are not: the plumbing takes out the one event that is named."""
    for entry in ({"kind": "deleted"}, {"id": "x", "revision": 1, "kind": "deleted"}, 7):
        with pytest.raises(BadEvent):
            tell(world, entry)  # type: ignore[arg-type]
    tell(world, {"id": str(new_id()), "revision": 1, "kind": "updated"})
