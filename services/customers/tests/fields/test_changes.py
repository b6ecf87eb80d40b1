"""What may be done to the definition of a custom field."""

from __future__ import annotations

from itertools import count
from uuid import UUID

import pytest

from servicekit.errors import Conflict, Invalid, TooLarge
from services.customers.fields.domain.changes import archived, edited, new_field, unarchived
from services.customers.fields.domain.definitions import MAX_FIELDS, MAX_OPTIONS, Definitions, Field
from services.customers.fields.domain.options import with_option


def made(existing: Definitions | None = None, **data):
    ids = map(UUID, (f"{n:032x}" for n in count(1)))
    defaults = {"key": "plan", "label": "Plan", "type": "select"}
    return new_field({**defaults, **data}, existing=existing or Definitions(), option_ids=lambda: next(ids))


def errors_of(call) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        call()
    return {error["pointer"]: error["code"] for error in refused.value.payload["errors"]}


def test_a_field_starts_in_use_at_the_end_of_the_list():
    existing = Definitions((Field("a", "A", "text", False, "", 7, False, 1),))
    field = made(existing).field
    assert (field.position, field.archived, field.version, field.required, field.help) == (
        8,
        False,
        1,
        False,
        "",
    )


@pytest.mark.parametrize("key", ["Plan", "1st", "with space", "", "x" * 64, "ação", None, "a-b"])
def test_a_key_is_a_slug(key):
    assert errors_of(lambda: made(key=key)) == {"/key": "invalid_key"}


@pytest.mark.parametrize("key", ["name", "email", "tags", "custom", "last_interaction_at"])
def test_a_key_may_not_be_a_standard_field(key):
    assert errors_of(lambda: made(key=key)) == {"/key": "reserved_key"}


def test_everything_wrong_is_told_at_once():
    found = errors_of(lambda: made(label=" ", type="colour", required=1, position=-1, nonsense=0))
    assert found == {
        "/label": "required",
        "/type": "unknown_type",
        "/required": "invalid_boolean",
        "/position": "invalid_position",
        "/nonsense": "unknown_property",
    }


def test_a_key_is_never_given_twice():
    with pytest.raises(Conflict) as refused:
        made(Definitions((made().field,)))
    assert refused.value.code == "field_exists"


def test_there_is_a_limit_of_fields():
    fields = tuple(Field(f"f{n}", "F", "text", False, "", n, False, 1) for n in range(MAX_FIELDS))
    with pytest.raises(TooLarge):
        made(Definitions(fields))


def test_options_may_come_with_the_field_as_labels_or_objects():
    options = made(options=["Gold", {"label": "Silver", "colour": "#C0C0C0"}]).options
    assert [(o.label, o.colour, o.position) for o in options] == [("Gold", None, 0), ("Silver", "#c0c0c0", 1)]


def test_errors_of_options_point_into_the_list():
    options = ["Ouro", "  OURO", {"label": "x", "size": 1}, 5, {"label": "Blue", "colour": "blue"}]
    assert errors_of(lambda: made(options=options)) == {
        "/options/1": "option_exists",
        "/options/2": "unknown_property",
        "/options/3": "required",
        "/options/4": "invalid_colour",
    }


def test_only_choices_have_options():
    assert errors_of(lambda: made(type="text", options=["x"])) == {"/options": "options_not_allowed"}
    with pytest.raises(Conflict):
        with_option(made(type="text").field, {"label": "x"}, option_id=UUID(int=1))


def test_an_equal_label_is_refused_whatever_its_case_and_accents():
    field, option = with_option(made().field, {"label": "Informação"}, option_id=UUID(int=1))
    field = Field(**{**vars_of(field), "options": (option,)})
    with pytest.raises(Conflict) as refused:
        with_option(field, {"label": "INFORMACAO"}, option_id=UUID(int=2))
    assert refused.value.code == "option_exists"
    assert refused.value.payload["option"]["id"] == str(UUID(int=1))


def test_there_is_a_limit_of_options():
    field, option = with_option(made().field, {"label": "x"}, option_id=UUID(int=1))
    full = Field(**{**vars_of(field), "options": (option,) * MAX_OPTIONS})
    with pytest.raises(TooLarge):
        with_option(full, {"label": "y"}, option_id=UUID(int=2))


def test_an_edit_counts_a_version_and_keeps_key_and_type():
    field = edited(made().field, {"label": "Tariff", "required": True, "help": "which one", "position": 3})
    assert (field.label, field.required, field.help, field.position, field.version) == (
        "Tariff",
        True,
        "which one",
        3,
        2,
    )
    assert errors_of(lambda: edited(field, {"key": "other"})) == {"/key": "unknown_property"}


def test_archiving_happens_once_and_is_undone_once():
    field = archived(made().field)
    assert (field.archived, field.version) == (True, 2)
    with pytest.raises(Conflict):
        archived(field)
    assert not unarchived(field).archived
    with pytest.raises(Conflict):
        unarchived(made().field)


def vars_of(field: Field) -> dict:
    names = ("key", "label", "type", "required", "help", "position", "archived", "version", "options")
    return {name: getattr(field, name) for name in names}
