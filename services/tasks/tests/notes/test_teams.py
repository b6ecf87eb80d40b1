"""What becomes of notes when their team goes away, or their customer for good."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from servicekit.errors import Forbidden
from servicekit.ids import new_id
from services.tasks.notes import repository
from services.tasks.tests.notes.office import NO_NOTE, Office, faults, refusal
from services.tasks.tests.world import World


def test_administrators_ask_how_many_notes_a_team_has(world: World, office: Office):
    maria, customer = world.agent("maria", "Sales"), world.customer("Sales")
    notes = [office.write(maria, customer) for _ in range(3)]
    world.service.delete_note(maria, notes[0]["id"])
    usage = world.service.team_usage
    assert usage(world.admin, world.team("Sales")) == {"notes": 2, "relation": "eq"}
    assert usage(world.admin, world.team("Care")) == {"notes": 0, "relation": "eq"}
    assert faults(usage, world.admin, "Sales") == {"/team_id": "unknown_team"}
    with pytest.raises(Forbidden, match="administrators_only"):
        usage(maria, world.team("Sales"))


def test_very_many_notes_are_not_counted_to_the_last(world: World):
    world.run(
        """INSERT INTO note (id, customer_id, team_id, author_id, body, created_at, updated_at)
           SELECT gen_random_uuid(), gen_random_uuid(), :team, gen_random_uuid(), 'x', now(), now()
           FROM generate_series(1, 1001)""",
        team=UUID(world.team("Sales")),
    )
    world.run("INSERT INTO note_count SELECT customer_id, team_id, 1 FROM note")
    assert world.service.team_usage(world.admin, world.team("Sales")) == {"notes": 1000, "relation": "gte"}


def test_the_notes_of_a_team_become_another_ones(world: World, office: Office):
    maria, paulo = world.agent("maria", "Sales"), world.agent("paulo", "Care")
    customer = world.customer("Sales", "Care")
    notes = [office.write(maria, customer, str(number)) for number in range(5)]
    world.service.delete_note(maria, notes[4]["id"])
    sales, care = world.team("Sales"), world.team("Care")
    moves = [world.service.move_team(world.admin, sales, care, limit=3)["moved"] for _ in range(3)]
    assert moves == [3, 1, 0]
    assert office.bodies(maria, customer) == []
    assert office.bodies(paulo, customer) == ["3", "2", "1", "0"]
    moved = world.service.get_note(paulo, notes[0]["id"])
    assert (moved["team"], moved["version"], moved["created_at"]) == (care, 2, notes[0]["created_at"])
    assert office.told(world.admin, notes[0]) == ["created", "moved"]
    assert office.told(world.admin, notes[4]) == ["created", "deleted"]
    assert refusal(world.service.get_note, maria, notes[0]["id"]) == NO_NOTE


def test_the_notes_of_a_team_can_become_the_administrators(world: World, office: Office):
    maria, customer = world.agent("maria", "Sales"), world.customer("Sales")
    note = office.write(maria, customer)
    assert world.service.move_team(world.admin, world.team("Sales"), None) == {"moved": 1}
    assert world.service.get_note(world.admin, note["id"])["team"] is None
    assert office.bodies(maria, customer) == []


def test_notes_move_to_teams_that_there_are_even_brand_new_ones(world: World, office: Office):
    office.write(world.agent("maria", "Sales"), world.customer("Sales"))
    sales, new, move = world.team("Sales"), world.unheard_of_team("New"), world.service.move_team
    assert faults(move, world.admin, sales, str(new_id())) == {"/to": "unknown_team"}
    assert faults(move, world.admin, sales, "New") == {"/to": "unknown_team"}
    assert faults(move, world.admin, sales, sales) == {"/to": "same_team"}
    assert faults(move, world.admin, "Sales", new) == {"/team_id": "unknown_team"}
    assert faults(move, world.admin, sales, new, limit=5_001) == {"/limit": "out_of_range"}
    with pytest.raises(Forbidden, match="administrators_only"):
        move(world.agent("maria", "Sales"), sales, new)
    assert move(world.admin, sales, new) == {"moved": 1}


def test_a_team_that_is_gone_already_still_gives_its_notes_away(world: World, office: Office):
    sales = world.team("Sales")
    office.write(world.agent("maria", "Sales"), world.customer("Sales"))
    del world.teams["Sales"]
    assert world.service.move_team(world.admin, sales, world.team("Care")) == {"moved": 1}


def test_notes_that_move_while_they_are_edited_lose_nothing(world: World, office: Office):
    maria, customer = world.agent("maria", "Sales", "Care"), world.customer("Sales", "Care")
    sales, care = world.team("Sales"), world.team("Care")
    notes = [office.write(maria, customer, "Before", team=sales) for _ in range(30)]

    def move(_: int) -> int:
        return world.patiently(lambda: world.service.move_team(world.admin, sales, care, limit=4))["moved"]

    def edit(note: dict[str, str]) -> str:
        return world.patiently(lambda: office.edit(maria, note, body="After"))["body"]

    with ThreadPoolExecutor(6) as threads:
        edits, moves = threads.map(edit, notes), threads.map(move, range(12))
        assert set(edits) == {"After"}
        assert sum(moves) + _move_rest(world, sales, care) == 30
    listed = world.service.list_notes(maria, customer)["data"]
    assert {(note["team"], note["body"], note["version"]) for note in listed} == {(care, "After", 3)}
    assert {tuple(sorted(office.told(maria, note))) for note in notes} == {("created", "edited", "moved")}


def test_notes_are_counted_while_they_are_written_deleted_and_moved_at_once(world: World, office: Office):
    """The fixture counts them anew."""
    maria = world.agent("maria", "Sales", "Care")
    customers = [world.customer("Sales", "Care") for _ in range(3)]
    teams = [world.team("Sales"), world.team("Care")]

    def work(number: int) -> None:
        customer, team, other = customers[number % 3], teams[number % 2], teams[(number + 1) % 2]
        note = world.patiently(lambda: office.write(maria, customer, team=team))
        if number % 4 == 0:
            world.patiently(lambda: world.service.move_team(world.admin, team, other, limit=7))
        if number % 3 == 0:
            world.patiently(lambda: world.service.delete_note(maria, note["id"]))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(60)))
    assert sum(notes for _, _, notes in world.counted_notes()) == 40


def test_nothing_is_left_of_the_notes_of_an_erased_customer(world: World, office: Office, monkeypatch):
    monkeypatch.setattr(repository, "CHUNK", 2)
    maria = world.agent("maria", "Sales")
    gone, absorbed, stays = (world.customer("Sales") for _ in range(3))
    for customer in (gone, absorbed, stays):
        notes = [office.write(maria, customer, str(number)) for number in range(5)]
        office.edit(maria, notes[0], body="x")
        world.service.delete_note(maria, notes[1]["id"])
    with world.db.unit_of_work() as uow:
        assert repository.erase(uow.connection, [UUID(gone), UUID(absorbed)]) == 10
        assert repository.erase(uow.connection, [UUID(gone), new_id()]) == 0
        assert repository.erase(uow.connection, []) == 0
    assert {str(row.customer_id) for row in world.rows("SELECT customer_id FROM note")} == {stays}
    assert len(world.rows("SELECT FROM note_change")) == 5 + 2
    assert len(office.bodies(maria, stays)) == 4


def _move_rest(world: World, team: str, to: str) -> int:
    moved = 0
    while some := world.service.move_team(world.admin, team, to)["moved"]:
        moved += some
    return moved
