"""Which writings are one line, and which never are."""

import pytest

from identity import ContactPoint, Identity, InvalidContact, normalise

FORTY_SPELLINGS = [
    "+5511987654321",
    "+55 11 98765-4321",
    "+55 (11) 98765-4321",
    "+55 (011) 98765-4321",
    "+55 (0) 11 98765-4321",
    "+55.11.98765.4321",
    "+55-11-98765-4321",
    "+55/11/98765/4321",
    "(+55) 11 98765 4321",
    "+ 55 11 9 8765 4321",
    "5511987654321",
    "55 11 98765-4321",
    "551187654321",
    "+551187654321",
    "+55 11 8765-4321",
    "005511987654321",
    "00 55 11 98765-4321",
    "00551187654321",
    "11987654321",
    "1187654321",
    "11 98765-4321",
    "(11) 98765-4321",
    "(11)98765-4321",
    "(11) 8765-4321",
    "011 98765-4321",
    "(011) 98765-4321",
    "0xx11 98765-4321",
    "(0xx11) 98765-4321",
    "(0XX11) 8765-4321",
    "0 15 11 98765-4321",
    "041 11 98765-4321",
    "tel:+55-11-98765-4321",
    "whatsapp:+5511987654321",
    "https://wa.me/5511987654321",
    "wa.me/551187654321?text=oi",
    "https://api.whatsapp.com/send?phone=5511987654321&text=oi",
    "5511987654321@s.whatsapp.net",
    "551187654321@c.us",
    "5511987654321:12@s.whatsapp.net",
    "5511987654321:3",
    "+55\u00a011\u00a098765\u20114321",
    "\u202a+55 11 98765\u20134321\u202c",
    "\u200b+55 11 98765\u22124321\ufeff",
    "\uff0b\uff15\uff15\u3000\uff11\uff11 \uff19\uff18\uff17\uff16\uff15\uff0d\uff14\uff13\uff12\uff11",
    "+\u0665\u0665 \u0661\u0661 \u0669\u0668\u0667\u0666\u0665 \u0664\u0663\u0662\u0661",
]

SAME_LINE = [
    ("MX", "+52 55 1234 5678", ["+5215512345678", "5215512345678", "044 55 1234 5678", "01 55 1234 5678"]),
    (
        "AR",
        "+54 11 4321 1234",
        ["+5491143211234", "011 15 4321-1234", "+54 9 11 15 4321 1234", "11 4321 1234"],
    ),
    ("AR", "+54 9 351 412 3456", ["0351 15 412-3456", "351 15 4123456", "5493514123456"]),
    ("AR", "+54 9 2966 41 2345", ["02966 15 412345", "+54 2966 412345"]),
    ("US", "+1 415 555 0100", ["(415) 555-0100", "1-415-555-0100", "415.555.0100", "0114155550100"[3:]]),
    ("US", "+44 20 7946 0958", ["011 44 20 7946 0958", "+44 (0)20 7946 0958"]),
    ("DE", "+49 30 123456", ["030/123456", "(030) 12 34 56", "+49 (0)30 123456", "004930123456"]),
    ("DE", "+49 1512 3456789", ["0151 23456789", "+49 (0) 151-23456789"]),
    ("PT", "+351 912 345 678", ["912 345 678", "00351912345678"]),
    ("ES", "+34 612 34 56 78", ["612345678", "0034 612 345 678"]),
    ("GB", "+44 7911 123456", ["07911 123456", "+44 (0) 7911 123456"]),
    ("IT", "+39 06 698 12345", ["06 698 12345", "0039 06 69812345"]),
    ("FR", "+33 6 12 34 56 78", ["06 12 34 56 78", "+33 (0)6 12345678"]),
    ("CL", "+56 9 6123 4567", ["9 6123 4567", "56961234567"]),
    ("BR", "+55 11 3456-7890", ["1134567890", "0 21 11 3456-7890", "+55 0xx11 3456 7890", "551134567890"]),
    ("BR", "+55 11 99999-0001", ["+5511999990001", "11 9999-0001", "11999990001"]),
    ("BR", "0800 701 1234", ["08007011234", "+55 800 701 1234"]),
    ("BR", "00 15 1 415 555 0100", ["+1 415 555 0100", "0014155550100"]),
]

DIFFERENT_LINES = [
    ("+55 11 98765-4321", "+55 21 98765-4321"),
    ("+55 11 98765-4321", "+55 11 98765-4322"),
    ("+55 11 3456-7890", "+55 11 93456-7890"),
    ("+55 11 2345-6789", "+55 11 92345-6789"),
    ("+55 11 5678-1234", "+55 11 95678-1234"),
    ("+55 11 98765-4321", "+351 11 98765-4321"[:6] + "987654321"),
    ("+52 55 1234 5678", "+52 33 1234 5678"),
    ("+52 55 1234 5678", "+1 551 234 5678"),
    ("+54 11 4321 1234", "+54 351 432 1123"),
    ("+54 9 11 4321 1234", "+54 9 11 4321 1235"),
    ("+1 415 555 0100", "+1 415 555 0101"),
    ("+39 06 698 12345", "+39 6 698 12345"),
    ("+55 11 3456-7890", "+55 11 3456-7890 ramal 1"),
    ("+55 11 3456-7890 ramal 1", "+55 11 3456-7890 ramal 01"),
]


def line(raw: str, *, kind: str = "phone", region: str = "BR", lenient: bool = False) -> str:
    identity = normalise(kind, raw, default_region=region, lenient=lenient).identity
    assert identity.space == "line"
    return identity.value


@pytest.mark.parametrize("lenient", [False, True])
@pytest.mark.parametrize("kind", ["phone", "whatsapp"])
@pytest.mark.parametrize("spelling", FORTY_SPELLINGS)
def test_forty_spellings_of_one_brazilian_mobile_are_one_identity(
    spelling: str, kind: str, lenient: bool
) -> None:
    contact = normalise(kind, spelling, lenient=lenient)
    assert contact.identity == Identity("line", "+5511987654321")
    assert contact.value == "+5511987654321"


@pytest.mark.parametrize(("region", "first", "others"), SAME_LINE)
def test_spellings_of_a_country_are_one_line(region: str, first: str, others: list[str]) -> None:
    expected = line(first, region=region)
    for other in others:
        assert line(other, region=region) == expected
        assert line(other, region=region, kind="whatsapp") == expected


@pytest.mark.parametrize(("one", "other"), DIFFERENT_LINES)
def test_different_lines_never_collapse(one: str, other: str) -> None:
    assert line(one, lenient=True) != line(other, lenient=True)


def test_a_short_brazilian_mobile_is_shown_with_its_ninth_digit_and_kept_as_given() -> None:
    assert normalise("whatsapp", " 551187654321@c.us ") == ContactPoint(
        "whatsapp", "+5511987654321", "551187654321@c.us", Identity("line", "+5511987654321")
    )


def test_an_argentine_number_is_shown_as_it_is_dialled() -> None:
    assert normalise("phone", "+54 9 11 4321 1234").value == "+5491143211234"
    assert normalise("phone", "+54 11 4321 1234").value == "+541143211234"


@pytest.mark.parametrize(
    "raw",
    [
        "11 3456-7890 ramal 12",
        "11 3456-7890 x12",
        "1134567890 ext. 12",
        "+551134567890;ext=12",
        "11 3456 7890#12",
    ]
    + ["tel:+55-11-3456-7890;ext=12", "tel:11-3456-7890;phone-context=+55;ext=12", "11 3456-7890, Ramal: 12"],
)
def test_an_extension_is_part_of_the_line(raw: str) -> None:
    contact = normalise("phone", raw)
    assert contact.value == contact.identity.value == "+551134567890;ext=12"


@pytest.mark.parametrize("region", ["BR", "AR", "DE", "AT", "US", "MX", "IN", "JP", "GB", "PE"])
@pytest.mark.parametrize("kind", ["phone", "whatsapp"])
def test_whatsapp_digits_mean_the_same_in_any_default_region(kind: str, region: str) -> None:
    assert line("5511987654321", kind=kind, region=region) == "+5511987654321"


def test_eleven_digits_that_are_mobiles_of_two_countries_follow_who_wrote_them() -> None:
    assert line("51987654321", kind="whatsapp") == "+5551987654321"
    assert line("51 98765-4321", kind="whatsapp") == "+5551987654321"
    assert line("51987654321", kind="whatsapp", lenient=True) == "+51987654321"
    assert line("51987654321@s.whatsapp.net", kind="whatsapp") == "+51987654321"


@pytest.mark.parametrize(
    "raw", ["+999123456789", "+5511999", "999123456789012", "+1 555 123 4567", "+5520123456789"]
)
def test_what_a_channel_delivers_is_a_number_whatever_the_plans_say(raw: str) -> None:
    assert line(raw, lenient=True) == "+" + "".join(filter(str.isdigit, raw))


@pytest.mark.parametrize(
    "raw",
    ["", " ", "-", "+", "abc", "Ana", "1-800-FLOWERS", "5,51199E+12", "5.51199E+12", "5511987654321.0"]
    + ["1" * 25, "11 98765-4321 11 98765-4322", "11987654321, 11987654322", "11987654321;11987654322"]
    + ["11987654321\n11987654322", "11 98765-4321 ou 11 3456-7890", "+5511987654321+5511987654322"]
    + ["11 98765-\x004321", "11 98765-4321\ud800x", "\u00b9\u00b9 98765-4321", "190", "12345", "98765-4321"],
)
@pytest.mark.parametrize("lenient", [False, True])
def test_what_is_not_a_number_never_becomes_one(raw: str, lenient: bool) -> None:
    for kind in ("phone", "whatsapp"):
        if kind == "whatsapp" and lenient and raw == "98765-4321":
            continue
        with pytest.raises(InvalidContact) as refusal:
            normalise(kind, raw, lenient=lenient)
        assert refusal.value.code == f"invalid_{kind}"


@pytest.mark.parametrize(
    "raw", ["3456-7890", "98765-4321", "+55 98765-4321", "+11 98765-4321", "+999123456789"]
)
def test_people_must_type_a_complete_number(raw: str) -> None:
    with pytest.raises(InvalidContact):
        normalise("phone", raw)


def test_a_number_is_refused_by_its_length_before_it_is_read() -> None:
    with pytest.raises(InvalidContact) as refusal:
        normalise("phone", "1" * 1_000_000)
    assert refusal.value.code == "too_long"
