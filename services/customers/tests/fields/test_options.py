"""What may be done to the options of a field."""

from __future__ import annotations

from uuid import UUID

import pytest

from servicekit.errors import Conflict, Invalid, NotFound
from servicekit.text import folded
from services.customers.fields.domain.definitions import Field, Option
from services.customers.fields.domain.options import change_option


def an_option(number: int, label: str, **more) -> Option:
    given = {"colour": None, "position": number, "archived": False, **more}
    return Option(number, UUID(int=number), label, folded(label), **given)


def a_field(*labels: str, joined: tuple[Option, ...] = ()) -> Field:
    options = tuple(an_option(number, label) for number, label in enumerate(labels, start=1))
    return Field("plan", "Plan", "select", False, "", 0, False, 1, options, joined)


def change(field: Field, number: int, **patch):
    return change_option(field, str(UUID(int=number)), patch)


def labels(field: Field) -> list[str]:
    return [option.label for option in sorted(field.options, key=lambda o: o.position)]


def test_a_label_changes_and_counts_a_version():
    changed = change(a_field("Gold", "Silver"), 1, label="Ouro", colour="#FFD700")
    assert (labels(changed.field), changed.field.version, changed.renamed) == (["Ouro", "Silver"], 2, True)
    assert changed.after.colour == "#ffd700"


def test_nothing_new_is_no_version():
    changed = change(a_field("Gold"), 1, label="Gold", archived=False)
    assert (changed.field.version, changed.renamed) == (1, False)


def test_another_spelling_of_its_own_label_is_a_new_label():
    assert change(a_field("Gold"), 1, label="GOLD").renamed


def test_the_label_of_another_option_is_refused_with_the_offer_to_join():
    with pytest.raises(Conflict) as refused:
        change(a_field("Gold", "Informação"), 1, label="INFORMACAO")
    assert refused.value.payload == {
        "option": {"id": str(UUID(int=2)), "label": "Informação", "archived": False},
        "offer": {"merge_into": str(UUID(int=2))},
    }


def test_the_label_of_a_joined_option_is_its_survivors():
    field = a_field("Gold", "Silver", joined=(an_option(3, "Ouro", joined_to=1),))
    with pytest.raises(Conflict) as refused:
        change(field, 2, label="ouro")
    assert refused.value.payload["option"]["label"] == "Gold"


def test_a_survivor_may_take_the_label_of_what_was_joined_to_it():
    field = change(a_field("Gold", joined=(an_option(2, "Ouro", joined_to=1),)), 1, label="OURO").field
    assert (labels(field), [alias.label for alias in field.joined]) == (["OURO"], ["Gold"])
    assert field.by_label["gold"].label == "OURO"


@pytest.mark.parametrize(
    ("place", "order"), [(0, ["c", "a", "b", "d"]), (1, ["a", "c", "b", "d"]), (99, ["a", "b", "d", "c"])]
)
def test_an_option_moves_to_its_place_and_the_others_make_room(place: int, order: list[str]):
    changed = change(a_field("a", "b", "c", "d"), 3, position=place)
    assert labels(changed.field) == order
    assert changed.after == changed.field.by_label["c"]


def test_a_joined_option_means_its_survivor_by_every_name():
    field = change(a_field("Gold", "Silver"), 1, merge_into=str(UUID(int=2))).field
    silver = field.by_label["silver"]
    assert (labels(field), field.version) == (["Silver"], 2)
    assert field.by_number == {1: silver, 2: silver}
    assert field.by_label["gold"] == field.by_id[str(UUID(int=1))] == silver
    assert field.numbers_of(silver) == field.numbers == {1, 2}


def test_joins_of_joined_options_lead_to_the_last_survivor():
    field = change(a_field("a", "b", "c"), 1, merge_into=str(UUID(int=2))).field
    field = change(field, 2, merge_into=str(UUID(int=3))).field
    assert {alias.joined_to for alias in field.joined} == {3}
    with pytest.raises(NotFound):
        change(field, 1, label="x")


@pytest.mark.parametrize(
    ("patch", "pointer", "code"),
    [
        ({"label": " "}, "/label", "required"),
        ({"archived": "yes"}, "/archived", "invalid_boolean"),
        ({"size": 1}, "/size", "unknown_property"),
        ({"merge_into": None}, "/merge_into", "unknown_option"),
        ({"merge_into": str(UUID(int=9))}, "/merge_into", "unknown_option"),
        ({"merge_into": str(UUID(int=1))}, "/merge_into", "same_option"),
        ({"merge_into": str(UUID(int=2)), "label": "x"}, "/merge_into", "not_alone"),
    ],
)
def test_what_is_wrong_with_a_change_is_told(patch, pointer: str, code: str):
    with pytest.raises(Invalid) as refused:
        change(a_field("Gold", "Silver"), 1, **patch)
    [error] = refused.value.payload["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)


def test_an_option_in_use_does_not_disappear_in_an_archived_one():
    field = change(a_field("Gold", "Silver"), 2, archived=True).field
    with pytest.raises(Conflict) as refused:
        change(field, 1, merge_into=str(UUID(int=2)))
    assert refused.value.code == "option_archived"
