"""Who reads which note: its team and administrators, of customers that they see."""

from __future__ import annotations

import orjson
import pytest

from servicekit.ids import new_id
from services.tasks.tests.notes.office import NO_CUSTOMER, NO_NOTE, Office, faults, refusal
from services.tasks.tests.world import World


def test_notes_are_listed_newest_first_to_the_team_and_to_administrators(world: World, office: Office):
    maria, paulo = world.agent("maria", "Sales"), world.agent("paulo", "Care")
    customer = world.customer("Sales", "Care")
    office.write(maria, customer, "Of sales")
    office.write(paulo, customer, "Of care")
    office.write(world.admin, customer, "Of administrators")
    both = world.agent("both", "Sales", "Care")
    assert office.bodies(maria, customer) == ["Of sales"]
    assert office.bodies(paulo, customer) == ["Of care"]
    assert office.bodies(both, customer) == ["Of care", "Of sales"]
    assert office.bodies(world.admin, customer) == ["Of administrators", "Of care", "Of sales"]


def test_a_note_of_another_team_and_a_note_that_never_was_are_one_answer(world: World, office: Office):
    paulo, customer = world.agent("paulo", "Care"), world.customer("Sales", "Care")
    hidden = office.write(world.agent("maria", "Sales"), customer)["id"]
    for call, args in (
        (world.service.get_note, ()),
        (world.service.update_note, ({"pinned": True},)),
        (world.service.update_note, ({"body": "x"}, 7)),
        (world.service.delete_note, ()),
        (world.service.list_note_changes, ()),
    ):
        for note in (hidden, str(new_id()), "none", ""):
            assert refusal(call, paulo, note, *args) == NO_NOTE
    assert world.rows("SELECT version FROM note")[0].version == 1


def test_a_note_of_a_customer_whom_one_does_not_see_does_not_exist(world: World, office: Office):
    """A team's note is hidden from the team while its customer is."""
    maria, customer = world.agent("maria", "Sales"), world.customer("Sales")
    note = office.write(maria, customer)
    world.company.customers[customer].teams = frozenset({world.team("Care")})
    assert refusal(world.service.get_note, maria, note["id"]) == NO_NOTE
    assert refusal(world.service.delete_note, maria, note["id"]) == NO_NOTE
    assert refusal(world.service.list_notes, maria, customer) == NO_CUSTOMER
    assert refusal(world.service.list_note_feed, maria, customer) == NO_CUSTOMER
    assert refusal(world.service.list_notes, maria, str(new_id())) == NO_CUSTOMER
    assert refusal(world.service.list_notes, maria, "nobody") == NO_CUSTOMER
    assert office.bodies(world.agent("paulo", "Care"), customer) == []


def test_a_note_keeps_its_team_when_its_customer_changes_teams(world: World, office: Office):
    maria, customer = world.agent("maria", "Sales"), world.customer("Sales")
    office.write(maria, customer, "Of sales")
    world.company.customers[customer].teams = frozenset({world.team("Sales"), world.team("Care")})
    assert office.bodies(world.agent("paulo", "Care"), customer) == []
    assert office.bodies(world.agent("paulo", "Care", "Sales"), customer) == ["Of sales"]


def test_a_merge_shows_all_notes_and_lets_no_team_read_anothers(world: World, office: Office):
    maria, paulo = world.agent("maria", "Sales"), world.agent("paulo", "Care")
    first, second, third = world.customer("Sales"), world.customer("Care"), world.customer("Care")
    note = office.write(maria, first, "Of sales")
    office.write(paulo, second, "Of care")
    office.write(paulo, third, "Of care, too")
    world.company.merge(first, into=second)
    world.company.merge(second, into=third)
    assert office.bodies(maria, third) == ["Of sales"]
    assert office.bodies(paulo, third) == ["Of care, too", "Of care"]
    assert office.bodies(world.admin, third) == ["Of care, too", "Of care", "Of sales"]
    assert world.service.get_note(maria, note["id"]) == {**note, "customer": third}
    assert {n["customer"] for n in world.service.list_notes(world.admin, third)["data"]} == {third}


def test_the_notes_of_an_absorbed_customer_are_elsewhere(world: World):
    maria, old, root = world.agent("maria", "Sales"), world.customer("Sales"), world.customer("Care")
    world.company.merge(old, into=root)
    assert world.service.list_notes(maria, old) == {"moved_to": root}
    assert world.service.list_note_feed(maria, old) == {"moved_to": root}
    assert refusal(world.service.list_notes, world.agent("paulo", "Tech"), old) == NO_CUSTOMER


def test_whoever_writes_an_id_in_capitals_means_the_same(world: World, office: Office):
    maria, customer = world.agent("maria", "Sales"), world.customer("Sales")
    note = office.write(maria, customer.upper())
    assert office.bodies(maria, customer.upper()) == ["Likes tea"]
    assert world.service.get_note(maria, note["id"].upper()) == note


def test_pages_follow_each_other_without_a_gap_or_a_repetition(world: World, office: Office):
    maria, old, root = world.agent("maria", "Sales", "Care"), world.customer("Sales"), world.customer("Sales")
    for number in range(12):
        team = world.team(("Sales", "Care", "Sales")[number % 3])
        office.write(maria, (old, root)[number % 2], str(number), team=team)
    world.company.merge(old, into=root)
    expected = [str(number) for number in reversed(range(12))]
    for who in (maria, world.admin):
        for limit in (1, 4, 5, 12):
            read, cursor = [], None
            while True:
                page = world.service.list_notes(who, root, limit=limit, cursor=cursor)
                assert len(page["data"]) <= limit
                read += [note["body"] for note in page["data"]]
                cursor = page["next"]
                if cursor is None:
                    break
            assert read == expected


def test_notes_of_one_moment_are_told_apart(world: World, office: Office):
    maria, customer = world.agent("maria", "Sales"), world.customer("Sales")
    for number in range(5):
        office.write(maria, customer, str(number))
    world.run("UPDATE note SET created_at = '2026-01-01T00:00:00Z'")
    page = world.service.list_notes(maria, customer, limit=2)
    rest = world.service.list_notes(maria, customer, limit=9, cursor=page["next"])
    ids = [note["id"] for note in page["data"] + rest["data"]]
    assert len(ids) == 5
    assert ids == sorted(ids, reverse=True)


def test_pinned_notes_are_listed_alone(world: World, office: Office):
    maria, customer = world.agent("maria", "Sales"), world.customer("Sales")
    for number in range(4):
        office.write(maria, customer, str(number), pinned=number % 2 == 0)
    assert office.bodies(maria, customer, pinned=True) == ["2", "0"]
    assert office.bodies(world.admin, customer, pinned=True) == ["2", "0"]
    assert office.bodies(maria, customer, pinned=False) == ["3", "1"]


def test_an_order_for_a_list_that_cannot_be_is_refused(world: World, office: Office):
    maria, customer = world.agent("maria", "Sales"), world.customer("Sales")
    office.write(maria, customer)
    listed, feed = world.service.list_notes, world.service.list_note_feed
    for limit in (0, 201, 1.5, "3", True, None):
        assert faults(listed, maria, customer, limit=limit) == {"/limit": "out_of_range"}
        assert faults(feed, maria, customer, limit=limit) == {"/limit": "out_of_range"}
    for cursor in ("x", "AAAA", "WyJub3RlcyIsWyJ4Il0sIngiXQ"):
        assert faults(listed, maria, customer, cursor=cursor) == {"/cursor": "invalid_cursor"}
    assert faults(listed, maria, customer, pinned="yes") == {"/pinned": "invalid_type"}
    for after in ({}, [], "x", {"at": "2026-01-01", "id": str(new_id())}, {"at": "2026-01-01T00:00:00Z"}):
        assert faults(feed, maria, customer, after=after) == {"/after": "invalid_position"}
    assert faults(feed, maria, customer, since="yesterday") == {"/since": "invalid_datetime"}
    assert faults(feed, maria, customer, until=5) == {"/until": "invalid_datetime"}


def test_a_feed_is_read_from_an_item_on(world: World, office: Office):
    maria, customer = world.agent("maria", "Sales"), world.customer("Sales")
    notes = [office.write(maria, customer, str(number)) for number in range(5)][::-1]
    read = world.service.list_note_feed
    assert read(maria, customer, limit=5) == {"data": notes, "more": False}
    assert read(maria, customer, limit=2) == {"data": notes[:2], "more": True}
    after = {"at": notes[1]["at"], "id": notes[1]["id"]}
    assert read(maria, customer, after=after) == {"data": notes[2:], "more": False}
    assert read(maria, customer, since=notes[1]["at"])["data"] == notes[:2]
    assert read(maria, customer, until=notes[1]["at"])["data"] == notes[2:]
    assert read(maria, customer, after=after, since=notes[3]["at"], limit=1) == {
        "data": [notes[2]],
        "more": True,
    }


def test_a_feed_goes_on_behind_an_item_of_another_feed(world: World, office: Office):
    """At the same moment the greater id comes first, whichever service it is of."""
    maria, customer = world.agent("maria", "Sales"), world.customer("Sales")
    note = office.write(maria, customer)
    read = world.service.list_note_feed
    for other, seen in ((f"f{note['id'][1:]}", [note]), (f"00{note['id'][2:]}", [])):
        assert read(maria, customer, after={"at": note["at"], "id": other})["data"] == seen


@pytest.mark.parametrize("who", ["maria", "root"])
def test_answers_are_plain_json(world: World, office: Office, who: str):
    scope = world.agent("maria", "Sales") if who == "maria" else world.admin
    customer = world.customer("Sales")
    note = office.write(scope, customer)
    for answer in (
        note,
        world.service.list_notes(scope, customer),
        world.service.list_note_feed(scope, customer),
        world.service.list_note_changes(scope, note["id"]),
    ):
        assert orjson.loads(orjson.dumps(answer, option=orjson.OPT_PASSTHROUGH_DATETIME)) == answer
