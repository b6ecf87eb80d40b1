"""What a profile shows of notes and tasks."""

from __future__ import annotations

from typing import Any

from servicekit.ids import new_id
from services.tasks.tests.notes.office import NO_CUSTOMER, refusal
from services.tasks.tests.world import World

Json = dict[str, Any]


def write(world: World, who: Json, customer: str, body: str, **data: Any) -> Json:
    return world.service.create_note(who, customer, {"body": body, **data})["note"]


def plan(world: World, who: Json, customer: str, title: str, **data: Any) -> Json:
    return world.service.create_task(who, {"title": title, "customer": customer, **data})["task"]


def test_a_customer_about_whom_nothing_is_known(world: World):
    maria, customer = world.agent("maria", "Sales"), world.customer("Sales")
    assert world.service.for_profile(maria, customer) == {
        "pinned_notes": [],
        "open_tasks": [],
        "counters": {"notes": 0, "open_tasks": 0},
    }


def test_pinned_notes_and_what_is_to_be_done_next_of_all_that_was_merged(world: World):
    maria, old, root = world.agent("maria", "Sales"), world.customer("Sales"), world.customer("Sales")
    write(world, maria, old, "Not pinned")
    pinned = [write(world, maria, old if n % 2 else root, str(n), pinned=True) for n in range(12)]
    later = plan(world, maria, root, "Later", due_at="2026-03-02T10:00:00Z")
    sooner = plan(world, maria, old, "Sooner", due_at="2026-03-01T10:00:00Z")
    some_day = [plan(world, maria, old, f"Some day {n}") for n in range(10)]
    world.service.update_task(maria, some_day[0]["id"], {"status": "done"})
    world.company.merge(old, into=root)
    profile = world.service.for_profile(maria, root)
    assert profile["counters"] == {"notes": 13, "open_tasks": 11}
    expected = [{**note, "customer": root} for note in reversed(pinned[2:])]
    assert profile["pinned_notes"] == expected
    titles = [task["id"] for task in profile["open_tasks"]]
    assert titles[:2] == [sooner["id"], later["id"]]
    assert len(titles) == 10
    assert {task["customer"] for task in profile["open_tasks"]} == {root}
    assert world.service.for_profile(maria, old) == {"moved_to": root}


def test_it_shows_and_counts_no_notes_of_other_teams(world: World):
    maria, customer = world.agent("maria", "Sales"), world.customer("Sales", "Care")
    mine = write(world, maria, customer, "Of sales", pinned=True)
    write(world, world.agent("paulo", "Care"), customer, "Of care", pinned=True)
    gone = write(world, maria, customer, "Gone")
    world.service.delete_note(maria, gone["id"])
    write(world, world.admin, customer, "Of administrators", pinned=True)
    profile = world.service.for_profile(maria, customer)
    assert (profile["pinned_notes"], profile["counters"]["notes"]) == ([mine], 1)
    whole = world.service.for_profile(world.admin, customer)
    assert (len(whole["pinned_notes"]), whole["counters"]["notes"]) == (3, 3)


def test_there_is_no_profile_of_whom_one_does_not_see(world: World):
    maria, hidden = world.agent("maria", "Sales"), world.customer("Care")
    for customer in (hidden, str(new_id()), "nobody"):
        assert refusal(world.service.for_profile, maria, customer) == NO_CUSTOMER


def test_what_several_customers_have_is_counted_in_one_call(world: World):
    maria = world.agent("maria", "Sales")
    root, old, other = world.customer("Sales"), world.customer("Sales"), world.customer("Sales", "Care")
    for customer in (root, old, other):
        write(world, maria, customer, "A note")
        plan(world, maria, customer, "A task")
    write(world, world.agent("paulo", "Care"), other, "Of care")
    world.service.update_task(maria, plan(world, maria, other, "Done")["id"], {"status": "done"})
    world.company.merge(old, into=root)
    of_both, one = {"notes": 2, "open_tasks": 2}, {"notes": 1, "open_tasks": 1}
    assert world.service.count_of(maria, [root, old, other]) == {root: of_both, old: of_both, other: one}
    assert world.service.count_of(world.admin, [other]) == {other: {"notes": 2, "open_tasks": 1}}


def test_of_whom_one_does_not_see_nothing_is_counted(world: World):
    maria, hidden, nothing = world.agent("maria", "Sales"), world.customer("Care"), world.customer("Sales")
    write(world, world.admin, hidden, "For administrators")
    asked = [hidden, nothing, str(new_id()), "nobody"]
    assert world.service.count_of(maria, asked) == {nothing: {"notes": 0, "open_tasks": 0}}
    assert world.service.count_of(maria, []) == {}


def test_which_records_somebody_worked_on_is_told_to_services(world: World):
    maria = world.agent("maria", "Sales")
    noted, planned, undone, nothing = (world.customer("Sales") for _ in range(4))
    write(world, maria, noted, "A note")
    plan(world, maria, planned, "A task")
    world.service.delete_note(maria, write(world, maria, undone, "Gone")["id"])
    asked = [noted, planned, undone, nothing, str(new_id()), "nobody"]
    assert world.service.with_work(asked) == {"ids": [noted, planned, undone]}
