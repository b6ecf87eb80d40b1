"""Whoever changes a form is not kept waiting by what they asked before."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from servicekit.errors import Conflict
from servicekit.testing.waiting import eventually
from services.customers.reporting import superseding
from services.customers.reporting.superseding import name_of
from services.customers.tests.reporting.counted import aggregated, counts
from services.customers.tests.world import World

_NAMED = "SELECT pid FROM pg_stat_activity WHERE application_name = :name AND wait_event_type = 'Lock'"
_RESTING = "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'preview:%'"


@contextmanager
def held_up(world: World) -> Iterator[None]:
    """Nobody can read customers meanwhile."""
    with world.db.unit_of_work() as uow:
        uow.connection.exec_driver_sql("LOCK TABLE customer")
        yield


def waits(world: World, form: str) -> None:
    name = name_of(world.admin["user_id"], form)
    eventually(lambda: world.rows(_NAMED, name=name))


def ask(pool: ThreadPoolExecutor, world: World, form: str) -> Future[int]:
    def count() -> int:
        return sum(aggregated(world, "status", form=form)["frame"]["weights"])

    return pool.submit(world.patiently, count)


def test_the_earlier_question_of_a_form_is_given_up(world: World) -> None:
    world.create()
    with ThreadPoolExecutor(2) as pool:
        with held_up(world):
            earlier = ask(pool, world, "one")
            waits(world, "one")
            later = ask(pool, world, "one")
            with pytest.raises(Conflict) as given_up:
                earlier.result(timeout=10)
            assert given_up.value.code == "superseded"
            waits(world, "one")
        assert later.result(timeout=10) == 1
    assert world.rows(_RESTING) == []


def test_a_form_that_is_busy_is_answered_all_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever holds it: to wait for what was asked before would be worse than to let it go on."""
    world.create()
    monkeypatch.setattr(superseding, "_PATIENCE", 0.1)
    name = name_of(world.admin["user_id"], "one")
    with ThreadPoolExecutor(1) as pool:
        with world.db.unit_of_work() as uow:
            uow.connection.execute(superseding._LOCK, {"name": name})
            superseding.give_up_earlier(world.db, name)
            asked = ask(pool, world, "one")
            waits(world, "one")
        assert asked.result(timeout=10) == 1


def test_other_forms_and_other_people_go_on(world: World) -> None:
    world.create()
    with ThreadPoolExecutor(2) as pool:
        with held_up(world):
            theirs = ask(pool, world, "one")
            waits(world, "one")
            other = ask(pool, world, "two")
            waits(world, "two")
        assert (theirs.result(timeout=10), other.result(timeout=10)) == (1, 1)
    assert name_of(world.admin["user_id"], "one") != name_of(world.agent("ana", "sales")["user_id"], "one")


def test_a_form_that_nobody_asked_before_is_answered(world: World) -> None:
    world.create()
    assert counts(world, "status", form="one") == counts(world, "status") == {"active": 1}
    assert counts(world, "status", form="one") == {"active": 1}
