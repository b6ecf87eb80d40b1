"""The index has who there is, in whatever order it is heard of."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servicekit.events import BadEvent, Event
from services.dedup.following import subscribers
from services.dedup.following.subscribers import FollowCustomers
from services.dedup.tests.following.telling import (
    Deps,
    an_event,
    as_it_is,
    changed,
    detected,
    index,
    merged,
    pairs,
    tell,
    unmerged,
)
from services.dedup.tests.world import World
from services.dedup.worker import JOBS


def test_a_new_customer_is_found_by_what_it_holds(world: World):
    ana = world.customer("Ana Souza", email="ana.souza@acme.test", phone="+5511987654321")
    tell(world, changed(world, ana, kind="created"))
    assert index(world) == as_it_is(world)
    [row] = world.rows("SELECT * FROM indexed_customer")
    assert (row.name, row.revision) == ("Ana Souza", 1)
    assert any(key < 0 for key in row.keys)
    assert any(key >= 0 for key in row.keys)


def test_what_does_not_make_anybody_alike_is_not_asked_for(world: World):
    ana = world.customer("Ana Souza")
    tell(world, changed(world, ana, fields=("tags", "custom.plan", "status")))
    assert world.company.calls == []
    assert index(world) == {}


def test_an_edit_replaces_what_was_known(world: World):
    ana = world.customer("Ana Souza", phone="+5511987654321")
    tell(world, changed(world, ana))
    world.company.customers[ana].points.clear()
    world.company.edit(ana, name="Ana Lima", email="ana@acme.test")
    tell(world, changed(world, ana))
    assert index(world) == as_it_is(world)


def test_a_merge_makes_one_of_them_and_its_undoing_two_again(world: World):
    ana = world.customer("Ana Souza", phone="+5511987654321")
    old = world.customer("A. Souza", email="ana@acme.test")
    tell(world, changed(world, ana, old))
    tell(world, merged(world, old, into=ana))
    assert index(world) == as_it_is(world)
    assert len(index(world)) == 1
    tell(world, unmerged(world, old))
    assert index(world) == as_it_is(world)
    assert len(index(world)) == 2


def test_deleted_customers_leave_and_restored_ones_come_back(world: World):
    ana, old = world.customer("Ana", phone="+5511987654321"), world.customer("Old")
    world.company.merge(old, ana)
    tell(world, changed(world, ana))
    world.company.delete(ana)
    tell(world, changed(world, ana, kind="deleted"))
    assert index(world) == {}
    world.company.delete(ana, deleted=False)
    tell(world, changed(world, ana, kind="restored"))
    assert index(world) == as_it_is(world)


@pytest.mark.parametrize("what", ["deleted", "merged", "unmerged", "renamed"])
def test_who_asked_first_and_writes_last_changes_nothing(world: World, what: str):
    """One replica is overtaken by another between asking and writing."""
    ana, bea = world.customer("Ana", phone="+5511987654321"), world.customer("Bea")
    if what == "unmerged":
        world.company.merge(bea, ana)
    slow, early = FollowCustomers(Deps(world)), [changed(world, ana, bea)]
    answer = slow.fetch(early)
    later: dict[str, Any] = {
        "deleted": lambda: [world.company.delete(bea), changed(world, bea, kind="deleted")][1],
        "merged": lambda: merged(world, bea, into=ana),
        "unmerged": lambda: unmerged(world, bea),
        "renamed": lambda: [world.company.edit(bea, name="Béa"), changed(world, bea)][1],
    }
    tell(world, later[what]())
    world.db.run(lambda uow: slow.apply(uow, early, answer))
    tell(world, changed(world, ana))
    assert index(world) == as_it_is(world)
    for row in world.rows("SELECT * FROM indexed_customer"):
        assert row.name == world.company.customers[str(row.customer_id)].name


def test_who_left_is_remembered_for_a_while(world: World):
    ids = [world.customer(name) for name in ("Ana", "Bea")]
    tell(world, changed(world, *ids))
    for each in ids:
        world.company.delete(each)
    tell(world, changed(world, *ids, kind="deleted"))
    world.run(
        "UPDATE left_record SET left_at = now() - interval '61 minutes' WHERE record_id = :id", id=ids[0]
    )
    world.service.forget_left_records()
    assert [str(row.record_id) for row in world.rows("SELECT record_id FROM left_record")] == ids[1:]


def test_of_very_many_at_once_the_worker_takes_the_rest(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(subscribers, "AT_ONCE", 3)
    every = [world.customer(f"Number {number}") for number in range(8)]
    tell(world, changed(world, *every, kind="created"))
    assert len(index(world)) == 3
    assert world.work_off(JOBS) == 1
    assert index(world) == as_it_is(world)


def test_both_ends_of_a_told_pair_are_asked_about_first(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(subscribers, "AT_ONCE", 2)
    every = [world.customer(f"Number {number}") for number in range(4)]
    tell(world, changed(world, *every[:2]), detected((every[2], every[3])))
    assert pairs(world) == {frozenset(every[2:]): ["told_together"]}


@pytest.mark.parametrize(
    "event",
    [
        an_event("customers.changed.v1", {"customers": [{"id": "x", "kind": "updated"}]}),
        an_event("customers.changed.v1", {"customers": [{"kind": "updated"}]}),
        an_event("customer.merged.v1", {"absorbed": ["x"], "members": []}),
        an_event("customer.unmerged.v1", {}),
        an_event("duplicate.detected.v1", {"pairs": [["x"]], "decision": "undecided"}),
    ],
)
def test_what_cannot_be_read_is_parked(world: World, event: Event):
    with pytest.raises(BadEvent) as parked:
        tell(world, event)
    assert parked.value.event_id == event.id


STEPS = st.lists(
    st.tuples(st.sampled_from(["merge", "undo", "delete", "edit"]), st.integers(0, 3), st.integers(0, 3))
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS, seed=st.integers(0, 9))
def test_in_whatever_order_events_come_the_end_is_the_same(
    world: World, steps: list[tuple[str, int, int]], seed: int
):
    company, chance = world.company, random.Random(seed)
    company.forget()
    for table in ("indexed_customer", "indexed_record", "indexed_identity", "left_record", "pair"):
        world.run(f"DELETE FROM {table}")
    who = [world.customer("Ana Souza", phone=f"+551198765432{number}") for number in range(4)]
    events = [changed(world, *who, kind="created")]
    waiting: list[tuple[FollowCustomers, list[Event], Any]] = []
    for what, a, b in steps:
        events += _happens(world, what, who[a], who[b])
        if chance.random() < 0.5:  # a replica asks now, and writes at some time
            batch = chance.sample(events, len(events) // 2)
            events = [each for each in events if each not in batch]
            handler = FollowCustomers(Deps(world))
            waiting.append((handler, batch, handler.fetch(batch)))
    handler = FollowCustomers(Deps(world))
    waiting.append((handler, events, handler.fetch(events)))
    chance.shuffle(waiting)
    for handler, batch, answer in waiting:
        world.db.run(lambda uow, h=handler, b=batch, a=answer: h.apply(uow, b, a))
    assert index(world) == as_it_is(world)


def _happens(world: World, what: str, a: str, b: str) -> list[Event]:
    company = world.company
    root = company.root(a)
    if what == "merge" and company.root(b) != root:
        live = not company.customers[root].deleted and not company.customers[company.root(b)].deleted
        return [merged(world, company.root(b), into=root)] if live else []
    if what == "undo" and root != a and not company.customers[root].deleted:
        return [unmerged(world, a)]
    if what == "delete":
        gone = not company.customers[root].deleted
        company.delete(root, deleted=gone)
        return [changed(world, root, kind="deleted" if gone else "restored")]
    company.edit(a, name=f"Ana {company.customers[a].version}")
    return [changed(world, root)]
