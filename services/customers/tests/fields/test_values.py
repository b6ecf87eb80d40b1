"""Custom values: what each type takes, what is stored, and what a message shows."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.errors import Invalid
from servicekit.text import folded
from services.customers.fields.domain.definitions import Definitions, Field, Option
from services.customers.fields.domain.scalars import InvalidValue, read_number
from services.customers.fields.domain.values import CustomChanges, apply, parse, render

GOLD, SILVER, OLD = (UUID(int=n) for n in (1, 2, 3))


def an_option(number: int, option_id: UUID, label: str, *, archived: bool = False) -> Option:
    return Option(number, option_id, label, folded(label), None, number, archived)


def a_field(key: str, kind: str, *options: Option, archived: bool = False) -> Field:
    return Field(key, key.title(), kind, False, "", 0, archived, 1, options)


PLANS = (an_option(1, GOLD, "Gold"), an_option(2, SILVER, "Prata"), an_option(3, OLD, "Old", archived=True))
INTERESTS = (an_option(11, UUID(int=11), "Música"), an_option(12, UUID(int=12), "Cinema"))
FIELDS = Definitions(
    (
        a_field("plan", "select", *PLANS),
        a_field("interests", "multiselect", *INTERESTS),
        a_field("note", "text"),
        a_field("score", "number"),
        a_field("birthday", "date"),
        a_field("seen", "datetime"),
        a_field("member", "boolean"),
        a_field("site", "url"),
        a_field("former", "text", archived=True),
    )
)


def codes_of(patch: dict) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        parse(FIELDS, patch)
    return {error["pointer"]: error["code"] for error in refused.value.payload["errors"]}


def test_each_type_is_stored_in_its_one_form():
    changes = parse(
        FIELDS,
        {
            "note": "  two\nlines ",
            "score": 12.50,
            "birthday": "1990-02-28",
            "seen": "2026-11-21T10:00:00-03:00",
            "member": False,
            "site": " https://example.com/a?b=c ",
        },
    )
    assert changes.values == {
        "note": "two\nlines",
        "score": 12.5,
        "birthday": "1990-02-28",
        "seen": "2026-11-21T13:00:00.000000Z",
        "member": False,
        "site": "https://example.com/a?b=c",
    }


@pytest.mark.parametrize(
    "spelling", ["Gold", " gold ", "GÓLD", str(GOLD), {"id": str(GOLD), "label": "Gold"}]
)
def test_an_option_is_named_by_id_by_label_or_as_the_message_shows_it(spelling):
    assert parse(FIELDS, {"plan": spelling}).chosen == {"plan": (1,)}


def test_several_options_are_a_set():
    assert parse(FIELDS, {"interests": ["cinema", "musica", "Cinema"]}).chosen == {"interests": (11, 12)}


def test_every_wrong_field_is_told_with_its_pointer():
    assert codes_of({"score": "a lot", "plan": "Bronze", "a/b": 1, "former": "x", "note": "fine"}) == {
        "/custom/score": "invalid_number",
        "/custom/plan": "unknown_option",
        "/custom/a~1b": "unknown_field",
        "/custom/former": "field_archived",
    }


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("note", 5, "invalid_text"),
        ("note", "x" * 5_001, "too_long"),
        ("note", "a\x00b", "invalid_text"),
        ("score", True, "invalid_number"),
        ("score", float("inf"), "invalid_number"),
        ("score", "1e400", "out_of_range"),
        ("score", 10**15, "out_of_range"),
        ("score", 0.1234567890123456, "too_precise"),
        ("birthday", "28/02/1990", "invalid_date"),
        ("birthday", "1990-02-30", "invalid_date"),
        ("birthday", "19900228", "invalid_date"),
        ("seen", "2026-11-21T10:00:00", "invalid_datetime"),
        ("seen", "0001-01-01T00:00:00+14:00", "invalid_datetime"),
        ("member", "yes", "invalid_boolean"),
        ("site", "javascript:alert(1)", "invalid_url"),
        ("site", "https://user:secret@example.com", "invalid_url"),
        ("site", "https://example.com:port/", "invalid_url"),
        ("site", "https://", "invalid_url"),
        ("site", "https://example.com/" + "x" * 2_100, "too_long"),
        ("plan", "Old", "option_archived"),
        ("plan", ["Gold"], "invalid_option"),
        ("interests", "Cinema", "invalid_option"),
        ("interests", ["Cinema"] * 101, "too_many"),
    ],
)
def test_what_a_field_cannot_hold_is_refused(key, value, code):
    assert codes_of({key: value}) == {f"/custom/{key}": code}


def test_null_clears_and_other_fields_stay():
    changes = parse(FIELDS, {"note": None, "plan": None, "interests": []})
    custom, opt_ids = apply(FIELDS, changes, custom={"note": "x", "score": 1, "former": "y"}, opt_ids=[1, 12])
    assert (custom, opt_ids) == ({"score": 1, "former": "y"}, [])


def test_a_new_choice_replaces_the_old_one_of_its_field_only():
    assert apply(FIELDS, parse(FIELDS, {"plan": "Prata"}), custom={}, opt_ids=[1, 12])[1] == [2, 12]


def test_an_archived_option_may_be_sent_back_by_who_holds_it():
    assert parse(FIELDS, {"plan": "Old"}, held=[3]).chosen == {"plan": (3,)}


def test_a_message_shows_labels_and_leaves_out_what_is_archived_or_empty():
    shown = render(FIELDS, {"score": 1, "former": "kept", "gone": "x"}, [12, 1, 11, 999])
    assert shown == {
        "plan": {"id": str(GOLD), "label": "Gold"},
        "interests": [
            {"id": str(UUID(int=11)), "label": "Música"},
            {"id": str(UUID(int=12)), "label": "Cinema"},
        ],
        "score": 1,
    }


def test_an_empty_patch_changes_nothing():
    assert not parse(FIELDS, {})
    assert not CustomChanges()


@given(st.one_of(st.integers(-(10**15) + 1, 10**15 - 1), st.floats(allow_nan=True, allow_infinity=True)))
def test_a_number_that_is_taken_is_the_number_that_was_sent(value):
    try:
        stored = read_number(value)
    except InvalidValue:
        return
    assert stored == value


@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC)))
def test_times_sort_as_texts_and_come_back_equal(moment):
    stored = parse(FIELDS, {"seen": moment.isoformat()}).values["seen"]
    assert (len(stored), datetime.fromisoformat(stored)) == (27, moment)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "plan": st.sampled_from(["Gold", "Prata", None]),
            "interests": st.lists(st.sampled_from(["Cinema", "Música"])),
            "score": st.integers(-1000, 1000),
            "member": st.booleans(),
        },
    )
)
def test_what_a_message_shows_can_be_sent_back_and_changes_nothing(patch):
    custom, opt_ids = apply(FIELDS, parse(FIELDS, patch), custom={}, opt_ids=[])
    again = apply(FIELDS, parse(FIELDS, render(FIELDS, custom, opt_ids)), custom=custom, opt_ids=opt_ids)
    assert again == (custom, opt_ids)
