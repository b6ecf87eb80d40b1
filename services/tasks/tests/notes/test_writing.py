"""Writing, changing and deleting notes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from servicekit.clock import parse_rfc3339
from servicekit.errors import Conflict, Forbidden, Invalid, Stale, Unavailable
from servicekit.ids import new_id
from services.tasks.tests.notes.office import NO_CUSTOMER, NO_NOTE, Office, faults, refusal
from services.tasks.tests.world import World

Json = dict[str, Any]
KEY = {"key": "k1", "hash": "h1"}


def test_a_note_is_written_for_the_authors_team_that_the_customer_has(world: World, office: Office):
    maria, customer = world.agent("maria", "Sales", "Care"), world.customer("Sales", "Tech")
    note = office.write(maria, customer, " Likes tea\r\n")
    assert note == {
        "id": note["id"],
        "kind": "note",
        "customer": customer,
        "team": world.team("Sales"),
        "author": world.user("maria"),
        "body": "Likes tea",
        "pinned": False,
        "at": note["created_at"],
        "created_at": note["created_at"],
        "updated_at": note["created_at"],
        "version": 1,
    }
    assert parse_rfc3339(note["at"])
    assert world.service.get_note(maria, note["id"]) == note


def test_others_are_told_that_there_is_a_note_and_not_what_it_says(world: World, office: Office):
    note = office.write(world.agent("maria", "Sales"), world.customer("Sales"), "Owes us 40")
    [event] = world.events()
    assert event["type"] == "note.created.v1"
    assert event["data"] == {"note": note["id"], "customer": note["customer"], "team": note["team"]}
    assert (event["subject"], event["revision"]) == (note["id"], 1)


def test_an_author_says_for_which_of_several_teams_it_is(world: World, office: Office):
    maria, customer = world.agent("maria", "Sales", "Care"), world.customer("Sales", "Care")
    assert faults(office.write, maria, customer) == {"/team": "team_required"}
    assert office.write(maria, customer, team=world.team("Care"))["team"] == world.team("Care")
    assert world.events("note.created.v1")[0]["data"]["team"] == world.team("Care")


def test_an_agent_writes_for_no_team_that_they_are_not_in(world: World, office: Office):
    maria, customer = world.agent("maria", "Sales"), world.customer("Sales", "Care")
    world.service.gateway = None  # an agent's own teams are known: nobody has to be asked
    for team in (world.team("Care"), str(new_id()), "Care", ""):
        assert faults(office.write, maria, customer, team=team) == {"/team": "unknown_team"}
    assert world.rows("SELECT FROM note") == world.rows("SELECT FROM note_change") == world.events() == []


def test_an_administrators_note_without_a_team_is_for_administrators(world: World, office: Office):
    customer = world.customer("Sales")
    note = office.write(world.admin, customer)
    assert note["team"] is None
    assert office.bodies(world.agent("maria", "Sales"), customer) == []
    assert office.bodies(world.an_administrator("eva"), customer) == ["Likes tea"]


def test_an_administrator_writes_for_any_team_even_a_brand_new_one(world: World, office: Office):
    customer, team = world.customer(), world.unheard_of_team("Night shift")
    assert office.write(world.admin, customer, team=team)["team"] == team
    assert faults(office.write, world.admin, customer, team=str(new_id())) == {"/team": "unknown_team"}


def test_a_note_on_an_absorbed_id_is_the_survivors(world: World, office: Office):
    maria, old, root = world.agent("maria", "Sales"), world.customer("Sales"), world.customer("Care")
    world.company.merge(old, into=root)
    note = office.write(maria, old)
    assert note["customer"] == root
    assert world.rows("SELECT customer_id FROM note")[0].customer_id.hex == root.replace("-", "")


def test_nothing_is_written_on_a_customer_whom_one_does_not_see(world: World, office: Office):
    maria = world.agent("maria", "Sales")
    hidden, deleted = world.customer("Care"), world.customer("Sales")
    world.company.customers[deleted].deleted = True
    for customer in (hidden, deleted, str(new_id()), "nobody", None):
        assert refusal(office.write, maria, customer) == NO_CUSTOMER
        assert refusal(office.write, maria, customer, team=world.team("Sales")) == NO_CUSTOMER
    assert world.rows("SELECT FROM note") == []


def test_a_repeated_request_writes_one_note(world: World):
    maria, customer = world.agent("maria", "Sales"), world.customer("Sales")
    first = world.service.create_note(maria, customer, {"body": "Once"}, KEY)
    again = world.service.create_note(maria, customer, {"body": "Once"}, KEY)
    assert again == {**first, "replayed": True}
    assert len(world.rows("SELECT FROM note")) == len(world.events()) == 1


def test_a_repetition_shows_the_note_of_today_under_the_rights_of_today(world: World, office: Office):
    maria, customer = world.agent("maria", "Sales"), world.customer("Sales", "Care")
    first = world.service.create_note(maria, customer, {"body": "Once"}, KEY)["note"]
    office.edit(maria, first, body="Twice")
    again = world.service.create_note(maria, customer, {"body": "Once"}, KEY)
    assert (again["note"]["body"], again["replayed"]) == ("Twice", True)
    elsewhere = world.agent("maria", "Care")
    assert refusal(world.service.create_note, elsewhere, customer, {"body": "Once"}, KEY) == NO_NOTE


def test_a_key_is_for_one_request_and_free_again_after_a_refusal(world: World):
    maria, customer = world.agent("maria", "Sales", "Care"), world.customer("Sales", "Care")
    create = world.service.create_note
    assert faults(create, maria, customer, {"body": "x"}, KEY) == {"/team": "team_required"}
    create(maria, customer, {"body": "x", "team": world.team("Care")}, KEY)
    with pytest.raises(Invalid, match="idempotency_key_reused"):
        create(maria, customer, {"body": "y", "team": world.team("Care")}, {**KEY, "hash": "h2"})


def test_many_repetitions_at_once_write_one_note(world: World):
    maria, customer = world.agent("maria", "Sales"), world.customer("Sales")

    def write(_: int) -> str | None:
        try:
            return world.service.create_note(maria, customer, {"body": "Once"}, KEY)["note"]["id"]
        except Conflict:  # request_in_progress
            return None

    with ThreadPoolExecutor(8) as threads:
        written = set(threads.map(write, range(24))) - {None}
    assert len(written) == len(world.rows("SELECT FROM note")) == len(world.events()) == 1


def test_its_author_edits_a_note(world: World, office: Office):
    maria, customer = world.agent("maria", "Sales"), world.customer("Sales")
    note = office.write(maria, customer)
    edited = world.service.update_note(maria, note["id"], {"body": "Likes coffee"}, version=1)
    assert edited["replayed"] is False
    assert (edited["note"]["body"], edited["note"]["version"]) == ("Likes coffee", 2)
    assert edited["note"]["created_at"] == note["created_at"] < edited["note"]["updated_at"]
    assert world.service.get_note(maria, note["id"]) == edited["note"]


def test_whoever_reads_a_note_pins_it_and_only_its_author_edits_or_deletes_it(world: World, office: Office):
    maria, paulo = world.agent("maria", "Sales"), world.agent("paulo", "Sales")
    note = office.write(maria, world.customer("Sales"))
    assert office.edit(paulo, note, pinned=True)["pinned"] is True
    for refused in (
        lambda: office.edit(paulo, note, body="Nonsense"),
        lambda: office.edit(paulo, note, body="Nonsense", pinned=False),
        lambda: world.service.delete_note(paulo, note["id"]),
    ):
        with pytest.raises(Forbidden, match="not_the_author"):
            refused()
    assert world.service.get_note(maria, note["id"])["body"] == "Likes tea"
    assert office.edit(world.admin, note, body="Likes coffee", pinned=False)["version"] == 3


def test_who_left_the_team_does_not_read_even_their_own_notes(world: World, office: Office):
    note = office.write(world.agent("maria", "Sales"), world.customer("Sales", "Care"))
    maria = world.agent("maria", "Care")
    for call, args in (
        (world.service.get_note, ()),
        (world.service.update_note, ({"body": "x"},)),
        (world.service.delete_note, ()),
        (world.service.list_note_changes, ()),
    ):
        assert refusal(call, maria, note["id"], *args) == NO_NOTE


def test_a_change_of_what_was_changed_since_is_refused_with_what_it_is_now(world: World, office: Office):
    maria, old, root = world.agent("maria", "Sales"), world.customer("Sales"), world.customer("Sales")
    note = office.write(maria, old)
    now = office.edit(maria, note, body="Newer")
    world.company.merge(old, into=root)
    for call in (
        lambda: world.service.update_note(maria, note["id"], {"body": "Mine"}, version=1),
        lambda: world.service.delete_note(maria, note["id"], version=1),
    ):
        with pytest.raises(Stale) as stale:
            call()
        assert stale.value.payload["current"] == {**now, "customer": root}
    for version in (-1, 1.0, "2", True, 2**31):
        call = world.service.update_note
        assert faults(call, maria, note["id"], {}, version=version) == {"/version": "out_of_range"}


def test_what_changes_nothing_is_no_new_version(world: World, office: Office):
    maria = world.agent("maria", "Sales")
    note = office.write(maria, world.customer("Sales"))
    assert office.edit(maria, note, body=" Likes tea ", pinned=False) == office.edit(maria, note) == note
    assert office.told(maria, note) == ["created"]


def test_a_repeated_change_happens_once(world: World, office: Office):
    maria = world.agent("maria", "Sales")
    note = office.write(maria, world.customer("Sales"))
    update = world.service.update_note
    first = update(maria, note["id"], {"body": "Once"}, version=1, idempotency=KEY)
    again = update(maria, note["id"], {"body": "Once"}, version=1, idempotency=KEY)
    assert again == {**first, "replayed": True}
    assert office.told(maria, note) == ["created", "edited"]


def test_two_who_edit_at_once_do_not_overwrite_each_other(world: World, office: Office):
    maria = world.agent("maria", "Sales")
    note = office.write(maria, world.customer("Sales"))

    def edit(number: int) -> bool:
        try:
            world.service.update_note(maria, note["id"], {"body": f"By {number}"}, version=1)
        except Stale:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(edit, range(16))) == 1
    assert office.told(maria, note) == ["created", "edited"]


@pytest.mark.parametrize("what", ["moved", "deleted"])
def test_what_becomes_of_a_note_while_rights_are_asked_for_counts(world: World, office: Office, what: str):
    maria = world.agent("maria", "Sales")
    sales, care = world.team("Sales"), world.team("Care")

    def others_do(note: Json) -> None:
        if what == "deleted":
            world.service.delete_note(world.admin, note["id"])
        world.service.move_team(world.admin, sales, care)

    for change in (
        lambda note: world.service.update_note(maria, note["id"], {"body": "Mine"}),
        lambda note: world.service.delete_note(maria, note["id"]),
    ):
        note = office.write(maria, world.customer("Sales"))
        world.company.meanwhile = partial(others_do, note)
        assert refusal(change, note) == NO_NOTE
        assert office.told(world.admin, note) == ["created", what]


def test_a_deleted_note_is_as_if_it_never_was(world: World, office: Office):
    maria, customer = world.agent("maria", "Sales"), world.customer("Sales")
    note = office.write(maria, customer)
    assert world.service.delete_note(maria, note["id"], version=1) == {"id": note["id"]}
    assert office.bodies(world.admin, customer) == []
    for who in (maria, world.admin):
        assert refusal(world.service.get_note, who, note["id"]) == NO_NOTE
        assert refusal(world.service.delete_note, who, note["id"]) == NO_NOTE
        assert refusal(world.service.update_note, who, note["id"], {"pinned": True}) == NO_NOTE
    assert refusal(world.service.list_note_changes, maria, note["id"]) == NO_NOTE


def test_bad_input_is_refused_by_name(world: World, office: Office):
    maria, customer = world.agent("maria", "Sales"), world.customer("Sales")
    note = office.write(maria, customer)
    create, update = world.service.create_note, world.service.update_note
    assert faults(create, maria, customer, {"pinned": 1, "x": 1}) == {
        "/body": "required",
        "/pinned": "invalid_type",
        "/x": "unknown_property",
    }
    assert faults(update, maria, note["id"], {"team": note["team"]}) == {"/team": "unknown_property"}
    assert faults(update, maria, note["id"], {"body": None}) == {"/body": "required"}
    assert faults(create, maria, customer, []) == faults(update, maria, note["id"], "x")
    assert world.service.get_note(maria, note["id"]) == note


def test_connectors_have_no_notes(world: World, office: Office):
    note = office.write(world.agent("maria", "Sales"), customer := world.customer("Sales"))
    connector = {"user_id": str(new_id()), "role": "connector", "team_ids": [world.team("Sales")]}
    for call, args in (
        (world.service.list_notes, (customer,)),
        (world.service.list_note_feed, (customer,)),
        (world.service.create_note, (customer, {"body": "x"})),
        (world.service.get_note, (note["id"],)),
        (world.service.update_note, (note["id"], {})),
        (world.service.delete_note, (note["id"],)),
        (world.service.list_note_changes, (note["id"],)),
    ):
        with pytest.raises(Forbidden, match="not_for_connectors"):
            call(connector, *args)


def test_while_nobody_says_who_sees_whom_nothing_is_shown_or_written(world: World, office: Office):
    maria, customer = world.agent("maria", "Sales"), world.customer("Sales")
    note = office.write(maria, customer)
    world.company.down = Unavailable("service_down", {"retry_after": 1})
    for call, args in (
        (world.service.list_notes, (customer,)),
        (world.service.create_note, (customer, {"body": "x"})),
        (world.service.get_note, (note["id"],)),
        (world.service.delete_note, (note["id"],)),
    ):
        with pytest.raises(Unavailable, match="service_down"):
            call(maria, *args)
    world.company.down = None
    assert office.bodies(maria, customer) == ["Likes tea"]
