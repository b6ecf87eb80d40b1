"""The rules of notes, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from servicekit.errors import Invalid
from servicekit.ids import new_id
from servicekit.scope import ADMIN, AGENT, CONNECTOR, Scope
from services.tasks.notes.domain import changes
from services.tasks.notes.domain.forms import NewNote, NotePatch, read_note, read_patch
from services.tasks.notes.domain.note import Note, NoteChange, may_read
from services.tasks.notes.domain.teams import team_of

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
SALES, CARE = str(new_id()), str(new_id())


def an_agent(*teams: str) -> Scope:
    return Scope(str(new_id()), AGENT, frozenset(teams))


def an_administrator() -> Scope:
    return Scope(str(new_id()), ADMIN)


def a_note(*, team: str | None = SALES, body: str = "Likes tea", pinned: bool = False) -> Note:
    new, team_id = NewNote(body, None, pinned), UUID(team) if team else None
    ids = {"note_id": new_id(), "customer_id": new_id(), "author_id": new_id()}
    return changes.written(new, team_id=team_id, at=NOW, **ids)[0]


def codes(refused: pytest.ExceptionInfo[Invalid]) -> dict[str, str]:
    return {error["pointer"]: error["code"] for error in refused.value.payload["errors"]}


def test_a_note_is_read_by_its_team_and_administrators():
    note = a_note(team=SALES)
    assert may_read(an_agent(SALES), note)
    assert may_read(an_agent(CARE, SALES), note)
    assert may_read(an_administrator(), note)
    assert not may_read(an_agent(CARE), note)
    assert not may_read(an_agent(), note)


def test_a_note_without_a_team_is_read_by_administrators_only():
    note = a_note(team=None)
    assert may_read(an_administrator(), note)
    assert not may_read(an_agent(SALES), note)
    assert not may_read(an_agent("None"), note)


def test_connectors_read_no_note():
    assert not may_read(Scope(str(new_id()), CONNECTOR, frozenset({SALES})), a_note(team=SALES))


def test_a_note_is_for_the_team_given():
    team = team_of(UUID(CARE), an_agent(SALES, CARE), known=(), customers={SALES})
    assert team == UUID(CARE)


def test_an_agent_writes_for_no_team_of_others():
    with pytest.raises(Invalid) as refused:
        team_of(UUID(CARE), an_agent(SALES), known={SALES, CARE}, customers={SALES, CARE})
    assert codes(refused) == {"/team": "unknown_team"}


def test_an_administrator_writes_for_any_team_that_there_is():
    assert team_of(UUID(CARE), an_administrator(), known={CARE}, customers=()) == UUID(CARE)
    with pytest.raises(Invalid) as refused:
        team_of(UUID(CARE), an_administrator(), known={SALES}, customers={CARE})
    assert codes(refused) == {"/team": "unknown_team"}


def test_without_a_team_it_is_for_the_authors_only_team_that_the_customer_has():
    assert team_of(None, an_agent(SALES, CARE), known=(), customers={SALES}) == UUID(SALES)
    assert team_of(None, an_administrator(), known=(), customers={SALES}) is None


@pytest.mark.parametrize("shared", [{SALES, CARE}, set()])
def test_where_none_or_several_fit_the_author_has_to_say_which(shared: set[str]):
    with pytest.raises(Invalid) as refused:
        team_of(None, an_agent(SALES, CARE), known=(), customers=shared)
    assert codes(refused) == {"/team": "team_required"}


def test_a_new_note_is_read_from_what_was_typed():
    read = read_note({"body": "  One\r\n\tTwo ", "team": SALES.upper(), "pinned": True})
    assert read == NewNote("One\n\tTwo", UUID(SALES), True)
    assert read_note({"body": "x", "team": None}) == NewNote("x", None, False)


def test_everything_wrong_with_a_new_note_is_named():
    with pytest.raises(Invalid) as refused:
        read_note({"team": "Sales", "pinned": None, "colour": "red"})
    assert codes(refused) == {
        "/body": "required",
        "/team": "unknown_team",
        "/pinned": "invalid_type",
        "/colour": "unknown_property",
    }


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "required"),
        (" \n ", "required"),
        (None, "required"),
        (7, "invalid_type"),
        (["x"], "invalid_type"),
        ("x" * 10_001, "too_long"),
        ("a\x00b", "invalid_characters"),
        ("a\x1bb", "invalid_characters"),
        ("a\rb", "invalid_characters"),
        ("a\ud800b", "invalid_characters"),
    ],
)
def test_what_is_no_text_of_a_note_is_refused(body: object, code: str):
    for read in (read_note, read_patch):
        with pytest.raises(Invalid) as refused:
            read({"body": body})
        assert codes(refused) == {"/body": code}


def test_a_body_may_be_ten_thousand_characters_of_any_script():
    assert read_note({"body": "né" * 5_000}).body == "né" * 5_000


@pytest.mark.parametrize("name", ["team", "customer", "author", "id", "version"])
def test_a_note_keeps_its_team_and_whatever_else_it_is(name: str):
    with pytest.raises(Invalid) as refused:
        read_patch({name: SALES})
    assert codes(refused) == {f"/{name}": "unknown_property"}


def test_an_edit_is_told_with_the_text_before_and_after():
    note = a_note(body="Likes tea")
    after, told = changes.changed(note, NotePatch(body="Likes coffee"), at=LATER)
    assert (after.body, after.version, after.created_at, after.updated_at) == ("Likes coffee", 2, NOW, LATER)
    assert told == [NoteChange("edited", "Likes tea", "Likes coffee")]


def test_a_note_is_edited_and_pinned_in_one_version():
    after, told = changes.changed(a_note(), NotePatch(body="New", pinned=True), at=LATER)
    assert (after.pinned, after.version) == (True, 2)
    assert [change.kind for change in told] == ["edited", "pinned"]


def test_what_changes_nothing_is_no_version():
    note = a_note(body="Likes tea", pinned=True)
    for patch in (NotePatch(), NotePatch(body="Likes tea"), NotePatch(pinned=True)):
        assert changes.changed(note, patch, at=LATER) == (note, [])


def test_a_note_that_is_written_pinned_says_so():
    new = NewNote("x", None, True)
    ids = {"note_id": new_id(), "customer_id": new_id(), "author_id": new_id()}
    _, told = changes.written(new, team_id=None, at=NOW, **ids)
    assert [change.kind for change in told] == ["created", "pinned"]


def test_a_deleted_note_knows_when():
    after, told = changes.deleted(a_note(), at=LATER)
    assert (after.deleted_at, after.version, [change.kind for change in told]) == (LATER, 2, ["deleted"])
