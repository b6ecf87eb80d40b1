"""What became of a note, for who reads it."""

from __future__ import annotations

from services.tasks.tests.notes.office import NO_NOTE, Office, faults, refusal
from services.tasks.tests.world import World


def test_every_change_is_kept_with_who_when_and_what(world: World, office: Office):
    maria, paulo = world.agent("maria", "Sales"), world.agent("paulo", "Sales")
    note = office.write(maria, world.customer("Sales"))
    edited = office.edit(maria, note, body="Likes coffee")
    office.edit(paulo, note, pinned=True)
    office.edit(world.admin, note, pinned=False)
    page = world.service.list_note_changes(paulo, note["id"])
    assert [(change["kind"], change["by"]) for change in page["data"]] == [
        ("unpinned", world.user("root")),
        ("pinned", world.user("paulo")),
        ("edited", world.user("maria")),
        ("created", world.user("maria")),
    ]
    edit, made = page["data"][2:]
    assert (edit["before"], edit["after"], edit["at"]) == ("Likes tea", "Likes coffee", edited["updated_at"])
    assert (made["before"], made["after"], made["at"]) == (None, None, note["created_at"])
    assert page["next"] is None


def test_changes_are_paged(world: World, office: Office):
    maria = world.agent("maria", "Sales")
    note = office.write(maria, world.customer("Sales"))
    for number in range(4):
        office.edit(maria, note, body=str(number))
    read, cursor = [], None
    while not read or cursor:
        page = world.service.list_note_changes(maria, note["id"], limit=2, cursor=cursor)
        read += [change["after"] for change in page["data"]]
        cursor = page["next"]
    assert read == ["3", "2", "1", "0", None]
    call = world.service.list_note_changes
    assert faults(call, maria, note["id"], limit=0) == {"/limit": "out_of_range"}
    assert faults(call, maria, note["id"], cursor="x") == {"/cursor": "invalid_cursor"}


def test_of_a_deleted_note_administrators_read_what_became_of_it(world: World, office: Office):
    maria = world.agent("maria", "Sales")
    note = office.write(maria, world.customer("Sales"))
    world.service.delete_note(maria, note["id"])
    assert office.told(world.admin, note) == ["created", "deleted"]
    assert refusal(world.service.list_note_changes, maria, note["id"]) == NO_NOTE


def test_a_move_tells_agents_of_no_team_but_their_own(world: World, office: Office):
    sales, care = world.team("Sales"), world.team("Care")
    note = office.write(world.agent("maria", "Sales"), world.customer("Sales", "Care"))
    world.service.move_team(world.admin, sales, care)
    [moved, _] = world.service.list_note_changes(world.agent("paulo", "Care"), note["id"])["data"]
    assert (moved["kind"], moved["before"], moved["after"]) == ("moved", None, care)
    [moved, _] = world.service.list_note_changes(world.agent("eva", "Care", "Sales"), note["id"])["data"]
    assert (moved["before"], moved["after"]) == (sales, care)
    [moved, _] = world.service.list_note_changes(world.admin, note["id"])["data"]
    assert (moved["before"], moved["after"], moved["by"]) == (sales, care, world.user("root"))
