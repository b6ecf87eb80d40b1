"""What single cells become, or why they are refused: one table for each kind of field."""

from datetime import date, datetime

import pytest

from services.import_export.mapping.domain.codes import ERRORS, WARNINGS
from services.import_export.tests.mapping.builders import a_mapper, read, value_of


def became(target, cell, **said):
    mapped = read(target, cell, **said)
    assert {each["code"] for each in mapped.errors} <= ERRORS.keys()
    assert {each["code"] for each in mapped.warnings} <= WARNINGS.keys()
    return value_of(target, mapped)


def doubts(mapped):
    return [each["code"] for each in mapped.warnings if each["code"] != "no_key"]


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("12", 12), ("-3", -3), ("+3", 3), ("1234.5", 1234.5), ("1234,5", 1234.5), (".5", 0.5), ("0,5", 0.5),
        ("1.234,56", 1234.56), ("1,234.56", 1234.56), ("1.234.567", 1234567), ("1,234,567", 1234567),
        ("R$ 1.234,56", 1234.56), ("-R$ 10,00", -10), ("US$ -1,234.50", -1234.5), ("10 €", 10),
        ("1 234,56", 1234.56), ("1\u00a0234\u00a0567", 1234567), ("1'234.50", 1234.5), ("\u22125", -5),
        ("0.123", 0.123), ("0,123", 0.123), ("1.2340", 1.234), ("1e-07", 1e-07), ("007", 7),
        (3, 3), (3.0, 3), (2.5, 2.5), (1e-7, 1e-07),
        ("1.234", "ambiguous_number"), ("1,234", "ambiguous_number"), ("-1.234", "ambiguous_number"),
        ("1,5E+12", "damaged_number"), ("5,51199E+12", "damaged_number"), ("1E-05", "damaged_number"),
        ("1.23.4", "invalid_number"), ("1,23,4", "invalid_number"), ("12,34.5", "invalid_number"),
        ("12%", "invalid_number"), ("(12)", "invalid_number"), ("twelve", "invalid_number"),
        ("--1", "invalid_number"),
        ("R$", "invalid_number"), (".", "invalid_number"), ("1 2", "invalid_number"),
        ("9" * 99, "invalid_number"),
        (True, "invalid_number"), (date(2020, 1, 1), "invalid_number"), (float("nan"), "out_of_range"),
        ("1234567890123456", "too_precise"), ("1" + "0" * 15, "out_of_range"), (1e300, "out_of_range"),
    ],
)  # fmt: skip
def test_numbers_are_read_in_one_way_or_refused(cell, number):
    assert became("custom.score", cell) == number


@pytest.mark.parametrize(
    ("rule", "number"),
    [({"decimal": ","}, 1234), ({"decimal": "."}, 1.234), ({"samples": ["1.5", "2.345"]}, 1.234)]
    + [({"samples": ["10,5"]}, 1234), ({"samples": ["1,5", "1.5"]}, "ambiguous_number")],
)
def test_a_rule_or_else_the_column_tells_the_decimal_mark(rule, number):
    assert became("custom.score", "1.234", **rule) == number


def test_a_number_that_contradicts_its_column_is_refused():
    assert became("custom.score", "1,234.5", decimal=",") == "invalid_number"


@pytest.mark.parametrize(
    ("cell", "day", "doubt"),
    [
        ("1990-02-28", "1990-02-28", []), ("1990/2/8", "1990-02-08", []), ("19900228", "1990-02-28", []),
        ("28/02/1990", "1990-02-28", []), ("28.2.1990", "1990-02-28", []), ("28-02-1990", "1990-02-28", []),
        ("03/04/1990", "1990-04-03", ["ambiguous_date"]), ("04/04/1990", "1990-04-04", []),
        ("28/02/90", "1990-02-28", ["two_digit_year"]), ("28/02/29", "2029-02-28", ["two_digit_year"]),
        ("28/02/30", "1930-02-28", ["two_digit_year"]),
        ("28 de fevereiro de 1990", "1990-02-28", []), ("28 feb 1990", "1990-02-28", []),
        ("1º março 1990", "1990-03-01", []), ("February 28, 1990", "1990-02-28", []),
        ("28-Fev-90", "1990-02-28", ["two_digit_year"]), ("3 de dic. de 1990", "1990-12-03", []),
        ("32932", "1990-02-28", ["excel_serial"]), (32932, "1990-02-28", ["excel_serial"]),
        (32932.0, "1990-02-28", ["excel_serial"]),
        (date(1990, 2, 28), "1990-02-28", []), (datetime(1990, 2, 28), "1990-02-28", []),
        (datetime(1990, 2, 28, 9), "1990-02-28", ["time_left_out"]),
        ("1990-02-28T09:30:00Z", "1990-02-28", ["time_left_out"]), ("28/02/1990 00:00", "1990-02-28", []),
        ("0001-01-01", "0001-01-01", []),
        *((wrong, "invalid_date", []) for wrong in (
            "30/02/1990", "1990-02-30", "02/28/1990", "1990", 1990, "010290", "28/02-1990", "soon", "2802199",
            "28 foo 1990", True, "1/1/1", "0000-01-01", 99_999_999, -5, float("inf"), "1" * 99)),
    ],
)  # fmt: skip
def test_dates_are_read_by_one_rule_of_the_column(cell, day, doubt):
    mapped = read("custom.birthday", cell)
    assert value_of("custom.birthday", mapped) == day
    assert doubts(mapped) == (doubt if mapped.form else [])


@pytest.mark.parametrize("target", ["custom.birthday", "custom.met", "created_at"])
@pytest.mark.parametrize(
    "cell", ["0/0/00", "00/00/0000", "0000-00-00", "0000-00-00 00:00:00", "00.00.00", "0000-00-00T00:00:00Z"]
)
def test_a_day_of_zeros_is_what_programs_write_where_there_is_none(target, cell):
    mapped = read(target, cell)
    assert (value_of(target, mapped), doubts(mapped)) == (None, [])


def test_a_cell_that_is_no_day_tells_nothing_of_the_order():
    for other in ("0/0/00", "45/45/2000"):
        mapped = read("custom.birthday", "03/04/2003", samples=[other])
        assert doubts(mapped) == ["ambiguous_date"]


@pytest.mark.parametrize(
    ("rule", "day", "doubt"),
    [
        ({"date_order": "mdy"}, "2003-03-04", []), ({"date_order": "ymd"}, "invalid_date", []),
        ({"samples": ["02/25/1990"]}, "2003-03-04", []), ({"samples": ["25/02/1990"]}, "2003-04-03", []),
        ({"samples": ["25/02/1990", "02/25/1990"]}, "2003-04-03", ["ambiguous_date"]),
        ({"region": "US"}, "2003-03-04", ["ambiguous_date"]),
    ],
)  # fmt: skip
def test_a_rule_or_else_the_column_tells_the_order(rule, day, doubt):
    mapped = read("custom.birthday", "03/04/2003", **rule)
    assert value_of("custom.birthday", mapped) == day
    assert doubts(mapped) == (doubt if mapped.form else [])


def test_a_year_may_come_first_with_two_digits():
    assert became("custom.birthday", "90/02/28", samples=["85/12/31"]) == "1990-02-28"


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2024-01-15T10:00:00Z", "2024-01-15T10:00:00Z"),
        ("2024-01-15 10:00:00.123456+02:00", "2024-01-15T08:00:00.123456Z"),
        ("2024-01-15 10:00", "2024-01-15T13:00:00Z"), ("15/01/2024 10:00:30", "2024-01-15T13:00:30Z"),
        ("15/01/2024, 1:05 PM", "2024-01-15T16:05:00Z"), ("15/01/2024 12:00 a.m.", "2024-01-15T03:00:00Z"),
        ("2024-01-15", "2024-01-15T03:00:00Z"), ("2024-01-15T10:00:00-0300", "2024-01-15T13:00:00Z"),
        (datetime(2024, 1, 15, 10), "2024-01-15T13:00:00Z"), (date(2024, 1, 15), "2024-01-15T03:00:00Z"),
        (45306.5, "2024-01-15T15:00:00Z"),
        ("2024-01-15T25:00:00Z", "invalid_date"), ("15/01/2024 13:00 PM", "invalid_date"),
        ("2024-01-15T10:00:00+99:99", "invalid_date"), ("9999-12-31 23:00", "invalid_date"),
        ("soon", "invalid_date"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("target", ["created_at", "custom.met"])
def test_times_without_an_offset_are_those_of_the_settings(target, cell, moment):
    assert became(target, cell) == moment


@pytest.mark.parametrize(
    ("words", "value"),
    [
        (["yes", "Sim", "SÍ", "true", "VERDADEIRO", "x", "1", 1, 1.0, True], True),
        (["no", "Não", "false", "0", 0, False, "Falso"], False),
        (["maybe", "2", 2, date(2020, 1, 1)], "invalid_boolean"),
    ],
)
def test_yes_and_no_in_three_languages(words, value):
    assert {became("custom.news", word) for word in words} == {value}


@pytest.mark.parametrize(
    ("cell", "status"),
    [
        ("Active", "active"),
        ("INATIVO", "inactive"),
        ("bloqueada", "blocked"),
        ("won", "invalid_status"),
        (1, "invalid_status"),
    ],
)
def test_states_in_three_languages(cell, status):
    assert became("status", cell) == status


@pytest.mark.parametrize(
    ("target", "cell", "value"),
    [
        ("channel", "WhatsApp", "whatsapp"), ("channel", "Word of mouth", "invalid_channel"),
        ("custom.site", "https://example.com/a?b=c", "https://example.com/a?b=c"),
        ("custom.site", "www.example.com", "invalid_url"),
        ("custom.site", "https://user:pw@example.com", "invalid_url"), ("custom.site", 5, "invalid_url"),
        ("custom.site", "https://example.com:port", "invalid_url"),
        ("custom.site", "https://e.com/" + "a" * 2050, "too_long"),
        ("custom.remark", "line one\nline two", "line one\nline two"),
        ("custom.remark", 12345678901.0, "12345678901"),
        ("custom.remark", 1.5, "1.5"), ("custom.remark", 1e15, "damaged_number"),
        ("custom.remark", "a" * 5001, "too_long"), ("custom.remark", "a\x07", "invalid_characters"),
        ("custom.remark", datetime(2024, 1, 15, 10), "2024-01-15T10:00:00"), ("custom.remark", True, "TRUE"),
        ("custom.remark", "=1+1", "=1+1"), ("custom.remark", "'=1+1", "=1+1"),
        ("custom.remark", "'tis", "'tis"),
        ("assignee", "#N/A", "error_value"), ("custom.score", "#¡REF!", "error_value"),
        ("custom.remark", "#1", "#1"),
        ("custom.plan", "gold", "gold"), ("custom.plan", 1.0, "1"), ("custom.plan", "a" * 101, "too_long"),
        ("custom.likes", "Tea; Maté", ["Tea", "Maté"]),
        ("custom.likes", '"Maté, cold", Tea', ["Maté, cold", "Tea"]),
        ("tags", "VIP ::: a  b,VIP\nc", ["VIP", "a b", "c"]), ("tags", " ;,", None), ("tags", 2024, ["2024"]),
        ("tags", '5" pipe, "x""y"', ['5" pipe', 'x"y']), ("tags", "a" * 101, "too_long"),
        ("tags", "a\tb", ["a b"]),
        ("tags", ",".join(map(str, range(101))), "too_many"),
        ("teams", "Sales, Support", ["Sales", "Support"]), ("assignee", "Rui", "Rui"),
        ("id", "0193A5C1-0000-7000-8000-000000000001", "0193a5c1-0000-7000-8000-000000000001"),
        ("id", "17", "invalid_id"), ("id", 17, "invalid_id"),
    ],
)  # fmt: skip
def test_other_fields(target, cell, value):
    assert became(target, cell) == value


@pytest.mark.parametrize("text", ["1E5", "5.5E+12", "#N/A", "#####", "true", "01/02/2024", "00123", "=1E5"])
@pytest.mark.parametrize("target", ["custom.remark", "custom.plan", "custom.likes", "tags"])
def test_what_is_text_stays_as_it_is_written(target, text):
    """Only numbers, telephone numbers and dates are read as such."""
    assert became(target, text) in (text, [text])


def test_a_text_with_a_comma_is_one_word_where_there_is_one_or_in_quotes():
    assert became("custom.remark", "5,5E+12") == became("custom.plan", "5,5E+12") == "5,5E+12"
    assert became("tags", '"5,5E+12"') == became("custom.likes", '"5,5E+12"') == ["5,5E+12"]


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("  Ana\u00a0", "Ana"), ("'=Ana", "=Ana"), ("Ana\nSouza", "invalid_characters"),
        ("a" * 201, "too_long"),
        ("+55 11 98765-4321", "missing_name"), ("ana@example.com", "missing_name"),
        (11987654321, "missing_name"),
        ("3M", "3M"), ("O’Neil", "O’Neil"), ("#REF!", "error_value"), (" ", "missing_name"),
    ],
)  # fmt: skip
def test_names(cell, name):
    mapped = a_mapper(["name"]).row([cell])
    assert value_of("name", mapped) == name
    assert len(mapped.errors) == (mapped.form is None)
