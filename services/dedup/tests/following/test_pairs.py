"""Pairs follow the customers: made anew when one changes, gone when one is."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from servicekit.ids import new_id
from services.dedup.following.subscribers import FollowCustomers
from services.dedup.tests.following.telling import (
    Deps,
    changed,
    detected,
    merged,
    pairs,
    tell,
    unmerged,
)
from services.dedup.tests.pairs.people import a_line, alike, ends, every, sharing
from services.dedup.tests.world import World


def test_similar_names_with_a_clue_are_a_pair(world: World):
    a, b = alike(world)
    assert pairs(world).keys() == {frozenset((a, b))}
    world.company.edit(b, name="Somebody Else")
    tell(world, changed(world, b))
    assert pairs(world) == {}


def test_a_pair_that_stays_keeps_its_id_and_its_time(world: World):
    _, b = alike(world)
    [before] = world.rows("SELECT id, found_at, score FROM pair")
    world.company.edit(b, name="Mariana Albuquerk")
    tell(world, changed(world, b))
    [after] = world.rows("SELECT id, found_at, score FROM pair")
    assert (after.id, after.found_at) == (before.id, before.found_at)
    assert after.score < before.score


def test_who_was_merged_is_no_pair_and_is_one_again_when_that_is_undone(world: World):
    a, b, c = alike(world, many=3)
    tell(world, merged(world, b, into=a))
    assert pairs(world).keys() == {frozenset((a, c))}
    tell(world, unmerged(world, b))
    assert pairs(world).keys() == {frozenset(both) for both in ((a, b), (a, c), (b, c))}


def test_who_is_deleted_is_in_no_pair(world: World):
    _, b = alike(world)
    world.company.delete(b)
    tell(world, changed(world, b, kind="deleted"))
    assert pairs(world) == {}


def test_what_a_crowd_shares_is_a_placeholder(world: World):
    ids = [world.customer("Ana Souza", phone="+5511999999999") for _ in range(51)]
    tell(world, changed(world, *ids[:50]))
    assert len(pairs(world)) == 50 * 49 // 2
    tell(world, changed(world, *ids))
    newest = ids[50]
    assert not any(newest in both for both in pairs(world))


def test_not_the_same_holds_for_whoever_they_become_parts_of(world: World):
    a, _b = sharing(world)
    [pair] = every(world, world.admin)
    world.service.decide_pair(world.admin, pair["id"], {"decision": "not_duplicate"})
    world.company.edit(a, name="Rui Prado Neto")
    tell(world, changed(world, a))
    assert pairs(world) == {}
    whole = world.customer("Whole")
    tell(world, merged(world, a, into=whole))
    assert pairs(world) == {}
    tell(world, unmerged(world, a))
    assert pairs(world) == {}


def test_what_was_decided_of_merged_customers_is_decided_of_each_record(world: World):
    a, b, _c = sharing(world, names=("Rui Prado", "Rui M. Prado", "Lia Nunes"))
    tell(world, merged(world, b, into=a))
    [pair] = every(world, world.admin)
    world.service.decide_pair(world.admin, pair["id"], {"decision": "not_duplicate"})
    tell(world, unmerged(world, b))
    assert pairs(world).keys() == {frozenset((a, b))}


def test_whom_an_administrator_made_knowingly_is_no_pair(world: World):
    a, b = sharing(world)
    tell(world, detected((a, b), decision="allowed"))
    assert pairs(world) == {}
    [row] = world.rows("SELECT origin, decided_by FROM decision")
    assert (row.origin, row.decided_by) == ("allowed", None)


def test_that_it_was_allowed_may_be_heard_before_there_is_anybody(world: World):
    line = a_line()
    a, b = (world.customer(name, phone=line) for name in ("Rui Prado", "Lia Nunes"))
    tell(world, detected((a, b), decision="allowed"), changed(world, a, b))
    assert pairs(world) == {}


def test_whom_an_event_named_as_one_person_are_a_pair(world: World):
    a, b = world.customer("Rui", phone=a_line()), world.customer("Lia", phone=a_line())
    tell(world, changed(world, a, b))
    assert pairs(world) == {}
    tell(world, detected((b, a)))
    assert pairs(world) == {frozenset((a, b)): ["told_together"]}
    world.company.edit(a, name="Ruy")
    tell(world, changed(world, a))
    assert pairs(world) == {frozenset((a, b)): ["told_together"]}


def test_those_who_hang_together_are_a_cluster(world: World):
    a, b, c = alike(world, many=3)
    d, e = alike(world, name="Otto Zimmermann")
    assert _clusters(world) == {frozenset((a, b, c)), frozenset((d, e))}
    tell(world, detected((c, d)))
    assert _clusters(world) == {frozenset((a, b, c, d, e))}
    world.company.delete(c)
    tell(world, changed(world, c, kind="deleted"))
    assert _clusters(world) == {frozenset((a, b)), frozenset((d, e))}


def _clusters(world: World) -> set[frozenset[str]]:
    found: dict[Any, set[str]] = {}
    for row in world.rows("SELECT * FROM pair"):
        found.setdefault(row.cluster_id, set()).update((str(row.first_id), str(row.second_id)))
    assert all(str(cluster) == min(members) for cluster, members in found.items())
    return {frozenset(members) for members in found.values()}


@pytest.mark.parametrize("by_merge", [False, True])
def test_two_who_become_alike_at_once_are_a_pair(world: World, by_merge: bool):
    """Two replicas: neither sees what the other writes before it is written."""
    for _ in range(4):
        a, b = world.customer("Mariana Albuquerque"), world.customer("Mariana Albuquerque")
        other = world.customer("Other")
        tell(world, changed(world, a, b, other))
        local = f"mariana{str(new_id())[-12:]}"
        events = []
        for number, each in enumerate((a, b)):
            world.company.edit(each, email=f"{local}@provider{number}.test")
            events.append(changed(world, each))
        if by_merge:
            events[1] = merged(world, b, into=other)
            world.company.edit(other, name="Mariana Albuquerque")
        _at_once(world, events)
        assert frozenset((a, other if by_merge else b)) in pairs(world)


def _at_once(world: World, events: list[Any]) -> None:
    """Each batch by a replica of its own, all of which have asked before the first one writes."""
    errors: list[BaseException] = []
    asked = threading.Barrier(len(events))

    def work(event: Any) -> None:
        try:
            handler = FollowCustomers(Deps(world))
            answer = handler.fetch([event])
            asked.wait(10)
            world.db.run(lambda uow: handler.apply(uow, [event], answer))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(event,)) for event in events]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors, errors


def test_a_decision_and_an_edit_at_once_leave_no_pair(world: World):
    for _ in range(4):
        a, b = sharing(world)
        pair = next(each for each in every(world, world.admin) if ends(each) == {a, b})
        world.company.edit(a, name="Rui Prado Filho")
        handler, event = FollowCustomers(Deps(world)), changed(world, a)
        answer = handler.fetch([event])
        decide = threading.Thread(
            target=world.service.decide_pair,
            args=(world.admin, pair["id"], {"decision": "not_duplicate"}),
        )
        decide.start()
        world.db.run(lambda uow, h=handler, e=event, found=answer: h.apply(uow, [e], found))
        decide.join()
        assert frozenset((a, b)) not in pairs(world)
