"""Addresses in cells, and what spreadsheets and people do to them."""

import pytest

from services.import_export.mapping.domain.contacts import key_of
from services.import_export.tests.mapping.builders import a_mapper, read

ANA = {"email": "ana@example.com", "line": "+5511987654321"}


def found(target, cell, **said):
    """The values of the addresses in a cell, or the code that refused it."""
    mapped = read(target, cell, **said)
    if mapped.form is None:
        return mapped.errors[0]["code"]
    return [each["value"] for each in mapped.form.get("addresses", ())]


@pytest.mark.parametrize(
    "cell",
    [
        "11987654321",
        "(11) 98765-4321",
        "+55 11 98765-4321",
        "11987654321.0",
        11987654321,
        11987654321.0,
    ]
    + ["5511987654321", 5511987654321.0, "011 98765-4321", "'+55 (11) 98765-4321", "\u200e+5511987654321"],
)
@pytest.mark.parametrize("target", ["phone", "whatsapp", "phones"])
def test_a_number_is_one_line_however_it_went_through_a_spreadsheet(target, cell):
    assert found(target, cell) == ["+5511987654321"]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1133334444,00 e 1133334445,00", "several_values"), ("5,51199E+12", "damaged_number"),
        ("5.51199E+12", "damaged_number"), (5.5e15, "damaged_number"),
        ("0800-FLOWERS", "invalid_phone"), ("1" * 25, "invalid_phone"), ("98765-4321", "invalid_phone"),
        (True, "invalid_phone"), (1.5, "invalid_phone"), ("#N/A", "error_value"), ("-", "invalid_phone"),
        ("11987654321 / 11912345678", "several_values"), ("11987654321; 1133334444", "several_values"),
        ("11 98765-4321 e 11 3333-4444", "several_values"), ("11987654321\n11912345678", "several_values"),
        ("11987654321 11912345678", "several_values"), ("3333-4444/3333-5555", "several_values"),
        ("11987654321 ::: 11912345678", "several_values"),
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused_for_what_it_is(cell, code):
    assert found("phone", cell) == code


@pytest.mark.parametrize(
    "cell", ["+55 11 3333-4444 ramal 12", "+551133334444;ext=12", "+55 11 3333-4444, ext. 12"]
)
def test_an_extension_is_no_second_number(cell):
    assert found("phone", cell) == ["+551133334444;ext=12"]


@pytest.mark.parametrize(
    ("cell", "outcome"),
    [
        ("Ana@Example.COM", ["Ana@example.com"]), ("Ana <ana@example.com>", ["ana@example.com"]),
        ("joão@exämple.com", ["joão@xn--exmple-cua.com"]), ("ana@", "invalid_email"),
        ("ana", "invalid_email"),
        ("a@b@c.com", "invalid_email"), ("ana@example", "invalid_email"),
        ("a@x.com, b@x.com", "several_values"),
        ("a@x.com b@x.com", "several_values"), ("a@x.com;", "invalid_email"), (5, "invalid_email"),
    ],
)  # fmt: skip
def test_an_email_is_one_or_refused(cell, outcome):
    assert found("email", cell) == outcome


@pytest.mark.parametrize(
    ("target", "cell", "values"),
    [
        ("emails", "a@x.com, b@x.com;A@x.com", ["a@x.com", "b@x.com"]),
        ("emails", "a@x.com ::: b@x.com", ["a@x.com", "b@x.com"]),
        ("phones", "11987654321 ::: (11) 3333-4444", ["+5511987654321", "+551133334444"]),
        ("phones", '"+551133334444;ext=12", 11987654321', ["+551133334444;ext=12", "+5511987654321"]),
        ("phones", "11987654321, x", "invalid_phone"),
    ],
)
def test_a_target_for_several_takes_a_list(target, cell, values):
    assert found(target, cell) == values


@pytest.mark.parametrize(
    ("target", "cell", "scope", "value"),
    [
        ("instagram", "17841400000000001", "", "17841400000000001"),
        ("instagram", "acme:17841400000000001", "acme", "17841400000000001"),
        ("external", ":a:b", "", "a:b"),
        ("external", "a%3Ab%25:c:d", "a:b%", "c:d"),
        ("whatsapp", "acme:182736451827364@lid", "acme", "182736451827364@lid"),
        ("whatsapps", "acme:BR.15023", "acme", "BR.15023"),
    ],
)
def test_an_id_of_a_platform_may_bring_the_account_that_issued_it(target, cell, scope, value):
    (address,) = read(target, cell).form["addresses"]
    assert (address["scope"], address["value"]) == (scope, value)
    assert address["space"] == f"{address['kind']}:{scope}"


def test_a_rule_may_name_the_account():
    (address,) = read("external", "a:b", scope="acme").form["addresses"]
    assert (address["scope"], address["value"]) == ("acme", "a:b")


@pytest.mark.parametrize("cell", ["@ana", "https://instagram.com/ana", "-100123"])
def test_names_and_links_are_no_ids(cell):
    assert found("telegram", cell) in ("invalid_id", "not_a_person")


def test_the_same_address_twice_is_one_and_the_first_field_has_it():
    mapped = a_mapper(["phone", "phones", "whatsapp", "name"]).row(
        ["11987654321", "+5511987654321", "11987654321", "Ana"]
    )
    assert [(each["field"], each["kind"]) for each in mapped.form["addresses"]] == [
        ("phone", "phone"),
        ("whatsapp", "whatsapp"),
    ]
    assert mapped.keys == [key_of("line", "+5511987654321")]


def test_rows_of_one_person_share_keys():
    mapper = a_mapper(["name", "email", "phone", "id"])
    one = mapper.row(["Ana", "ANA@example.com", "11 8765-4321", "0193a5c1-0000-7000-8000-000000000001"])
    other = mapper.row(["", "ana@example.com", "+5511987654321", "0193A5C1-0000-7000-8000-000000000001"])
    assert one.keys == other.keys
    assert len(set(one.keys)) == 3
    assert all(-(2**63) <= key < 2**63 for key in one.keys)
    assert "name" not in other.form
