"""A mapping that somebody chose: what may be in it."""

import pytest

from servicekit.errors import Invalid
from services.import_export.mapping.domain.chosen import read_mapping
from services.import_export.mapping.domain.codes import MAPPING_ERRORS
from services.import_export.mapping.domain.mapper import Mapper
from services.import_export.tests.mapping.builders import columns, facts

COLUMNS = columns(["Name", "Mail", "Twice", "Twice", ""])
NAME = {"column": "Name", "to": "name"}


def chosen(*entries, **more):
    return read_mapping({"columns": [NAME, *entries], **more}, columns=COLUMNS, facts=facts())


def wrong(*entries, **more):
    with pytest.raises(Invalid) as caught:
        chosen(*entries, **more)
    return [(each["pointer"], each["code"]) for each in caught.value.payload["errors"]]


def test_a_suggestion_may_be_sent_back_as_it_came():
    entry = {"column": "Mail", "to": None, "perhaps": "email", "confidence": 0.4, "why": "header"}
    assert chosen(entry) == {"columns": [NAME, {"column": "Mail", "to": None}]}


def test_columns_are_named_by_header_or_by_place():
    assert chosen({"column": 3, "to": "tags"}, {"column": 4, "to": "tags"})["columns"][1]["column"] == 3
    assert wrong({"column": "Twice", "to": "tags"}) == [("/columns/1/column", "unknown_column")]
    assert wrong({"column": 5, "to": "tags"}) == [("/columns/1/column", "unknown_column")]
    assert wrong({"column": True, "to": "tags"}) == [("/columns/1/column", "unknown_column")]
    assert wrong({"column": 0, "to": "tags"}) == [("/columns", "repeated_column")]


@pytest.mark.parametrize("to", ["phone", "custom.score", "status", "created_at", "id", "custom.plan"])
def test_what_takes_one_value_takes_one_column(to):
    pair = {"column": 2, "to": to}, {"column": 3, "to": to}
    assert wrong(*pair) == [("/columns", "several_columns")]


@pytest.mark.parametrize("to", ["phones", "tags", "custom.remark", "custom.likes", "last_name", None])
def test_what_takes_several_values_takes_several_columns(to):
    pair = {"column": 2, "to": to}, {"column": 3, "to": to}
    assert len(chosen(*pair)["columns"]) == 3


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ({"to": "shoe"}, ("/columns/1/to", "unknown_target")),
        ({"to": "custom.shoe"}, ("/columns/1/to", "unknown_target")),
        ({"to": ["name"]}, ("/columns/1/to", "unknown_target")),
        ({"to": "custom.score", "as": {"decimal": ";"}}, ("/columns/1/as/decimal", "invalid_option")),
        ({"to": "custom.score", "as": {"date_order": "dmy"}}, ("/columns/1/as/date_order", "invalid_option")),
        ({"to": "created_at", "as": {"date_order": "dym"}}, ("/columns/1/as/date_order", "invalid_option")),
        ({"to": "external", "as": {"scope": "a\n"}}, ("/columns/1/as/scope", "invalid_option")),
        ({"to": "tags", "as": {"groups": ["google"]}}, ("/columns/1/as/groups", "invalid_option")),
        ({"to": "tags", "as": "google"}, ("/columns/1/as", "invalid_object")),
        ({"to": "tags", "split": ","}, ("/columns/1/split", "unknown_property")),
    ],
)
def test_a_column_names_a_field_of_today_and_rules_that_it_has(entry, fault):
    assert wrong({"column": "Mail", **entry}) == [fault]
    assert fault[1] in MAPPING_ERRORS | {"invalid_object": "", "unknown_property": ""}


@pytest.mark.parametrize(
    ("constants", "fault"),
    [
        ({"email": "a@x.com"}, "not_a_constant"), ({"name": "Ana"}, "not_a_constant"),
        ({"shoe": 1}, "unknown_target"),
        ({"status": "won"}, "invalid_status"), ({"custom.score": "1.234"}, "ambiguous_number"),
        ({"tags": "a" * 101}, "too_long"), ({"tags": []}, "invalid_type"),
        ({"status": ["active"]}, "invalid_type"),
        ({"custom.plan": {"id": "1"}}, "invalid_type"), ({"custom.plan": None}, "invalid_type"),
    ],
)  # fmt: skip
def test_a_constant_is_a_value_of_its_field(constants, fault):
    (key,) = constants
    assert wrong(constants=constants) == [(f"/constants/{key}", fault)]


@pytest.mark.parametrize(
    "data", [{}, {"columns": []}, {"columns": {}}, {"columns": ["Name"]}, {"columns": [NAME], "name_from": 1}]
)
def test_what_is_no_mapping_is_refused(data):
    with pytest.raises(Invalid):
        read_mapping(data, columns=COLUMNS, facts=facts())


def test_one_column_must_be_the_name_or_the_id():
    with pytest.raises(Invalid) as caught:
        read_mapping({"columns": [{"column": "Mail", "to": "email"}]}, columns=COLUMNS, facts=facts())
    assert caught.value.payload["errors"][0]["code"] == "name_needed"
    read_mapping({"columns": [{"column": "Mail", "to": "id"}]}, columns=COLUMNS, facts=facts())


def test_columns_and_constants_make_one_row_together():
    mapping = chosen(
        {"column": 1, "to": "last_name"}, {"column": 2, "to": "tags"},
        {"column": 3, "to": "tags"},
        {"column": 4, "to": "custom.remark"},
        constants={"tags": ["fair", "a"], "status": "inativo", "custom.plan": "Gold", "custom.remark": "-"},
    )  # fmt: skip
    mapper = Mapper(mapping, facts(), COLUMNS)
    row = mapper.row(["", "Souza", "a, b", "b", ""]).form
    assert row == {
        "name": "Souza", "tags": ["a", "b", "fair"], "status": "inactive",
        "custom": {"plan": "Gold", "remark": "-"},
    }  # fmt: skip
    assert mapper.row(["Ana", "Souza", "", "", "said"]).form["custom"] == {"plan": "Gold", "remark": "said"}


def test_a_name_may_be_put_together_and_taken_from_elsewhere():
    entries = [
        {"column": 0, "to": "last_name"},
        {"column": 1, "to": "first_name"},
        {"column": 2, "to": "first_name"},
    ]
    mapping = read_mapping({"columns": entries, "name_from": [3, 4]}, columns=COLUMNS, facts=facts())
    mapper = Mapper(mapping, facts(), COLUMNS)
    assert mapper.row(["Souza", "Ana", "Maria", "Acme", ""]).form["name"] == "Ana Maria Souza"
    assert mapper.row(["", "", "", "", "Acme"]).form["name"] == "Acme"
    assert mapper.row(["", "", "", "", ""]).errors[0]["column"] == "Name"


def test_a_field_that_is_archived_meanwhile_refuses_rows_that_fill_it():
    mapping = chosen({"column": "Mail", "to": "custom.score"})
    mapper = Mapper(mapping, facts(fields=()), COLUMNS)
    assert [error["code"] for error in mapper.row(["Ana", "1"]).errors] == ["unknown_field"]
    assert mapper.row(["Ana", ""]).form == {"name": "Ana"}
