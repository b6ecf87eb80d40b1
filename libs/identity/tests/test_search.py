"""What a search box and a name field ask of contact data."""

import pytest

from identity import Identity, digits_of, is_contact_like, line_candidates, line_spellings, normalise


@pytest.mark.parametrize(
    "query",
    ["11 98765-4321", "11 8765-4321", "5511987654321", "551187654321", "+55 11 8765 4321", "011987654321"]
    + ["whatsapp:+5511987654321", "5511987654321@c.us"],
)
def test_a_complete_number_is_found_with_and_without_country_code_and_ninth_digit(query: str) -> None:
    assert "+5511987654321" in line_candidates(query)


def test_a_number_of_two_countries_is_looked_up_in_both() -> None:
    assert line_candidates("51987654321") == ["+5551987654321", "+51987654321"]


@pytest.mark.parametrize(
    "query", ["", "Ana", "1234", "98765-4321", "ana@example.com", "\x00", "1" * 600, "x@g.us"]
)
def test_what_is_not_a_complete_number_has_no_candidates(query: str) -> None:
    assert line_candidates(query) == []


@pytest.mark.parametrize(
    ("raw", "spellings"),
    [
        ("+5511987654321", ("+5511987654321", "+551187654321")),
        ("+5511957654321", ("+5511957654321",)),
        ("+551134567890", ("+551134567890",)),
        ("+5215512345678", ("+525512345678", "+5215512345678")),
        ("+5491143211234", ("+541143211234", "+5491143211234")),
        ("+4930123456;ext=7", ("+4930123456;ext=7",)),
    ],
)
def test_every_spelling_of_a_line_leads_back_to_it(raw: str, spellings: tuple[str, ...]) -> None:
    identity = normalise("phone", raw).identity
    assert line_spellings(identity) == spellings
    assert {normalise("phone", spelling).identity for spelling in spellings} == {identity}


def test_only_lines_have_spellings() -> None:
    assert line_spellings(Identity("email", "ana@example.com")) == ()


def test_digits_of_any_script_are_digits() -> None:
    assert digits_of("(11) 9876\u0665-4321") == "11987654321"
    assert digits_of("\uff11\uff12 \u00b2") == "12"
    assert digits_of("Ana") == ""


@pytest.mark.parametrize(
    "name",
    ["", "  ", "\u200b\ufeff", "+55 11 98765-4321", "5511987654321", "(11) 3456-7890", "~+55 11 98765-4321"]
    + [
        "ana@example.com",
        "<ana@example.com>",
        "5511987654321@c.us",
        "123456789012345@lid",
        "wa.me/5511987654321",
    ]
    + [
        "whatsapp:+5511987654321",
        "tel:+5511987654321",
        "11 3456-7890 ramal 12",
        "\uff11" * 11,
        "BR.1502576394655843",
    ],
)
def test_a_name_that_is_only_contact_data_is_no_name(name: str) -> None:
    assert is_contact_like(name)


@pytest.mark.parametrize(
    "name",
    [
        "Ana",
        "Ana 11 98765-4321",
        "ana@example.com (Ana)",
        "Ana <ana@example.com>",
        "2Pac",
        "007",
        "U2",
        "1984",
    ]
    + ["Bar 51", ".", "🌸", "李小龍", "@ana", "Dr. 1234567"],
)
def test_a_name_with_anything_of_a_name_is_one(name: str) -> None:
    assert not is_contact_like(name)
