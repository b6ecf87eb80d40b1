"""Promises that hold for every input."""

import time

import phonenumbers
from hypothesis import example, given, settings
from hypothesis import strategies as st

from identity import (
    KINDS,
    ContactPoint,
    InvalidContact,
    digits_of,
    is_contact_like,
    line_candidates,
    line_spellings,
    normalise,
)

REGIONS = st.sampled_from(["BR", "AR", "MX", "US", "DE", "PT", "ES", "GB", "IT", "JP", "IN", "XX", ""])
BR_AREAS = st.sampled_from([11, 19, 21, 24, 27, 31, 38, 41, 49, 51, 55, 61, 69, 71, 79, 81, 89, 91, 99])
LOCAL_MOBILES = st.integers(60_000_000, 99_999_999)
SEPARATORS = st.sampled_from(
    ["", " ", "-", ".", "/", "\u00a0", "\u2011", "\u2013", "\u200b", " (", ") ", "\u3000"]
)
NUMBERISH = st.text(alphabet="0123456789+-() ./x:;@#=e,٥１\u200b\u00a0", max_size=40)
TEXTS = st.one_of(
    st.text(max_size=60),
    NUMBERISH,
    st.text(alphabet=st.characters(codec=None), max_size=30),
    st.tuples(NUMBERISH, st.sampled_from(["@c.us", "@lid", "@g.us", "@x.com", ":3", ";ext=1"])).map("".join),
    st.from_regex(r"(\+|00|0)?(55|52|54|1|44|49|39)?[0-9]{6,13}", fullmatch=True),
    st.emails(),
)


def outcome(kind: str, raw: str, region: str, lenient: bool) -> ContactPoint | str:
    try:
        return normalise(kind, raw, scope="s", default_region=region, lenient=lenient)
    except InvalidContact as refusal:
        return refusal.code


@given(
    area=BR_AREAS,
    local=LOCAL_MOBILES,
    separators=st.lists(SEPARATORS, min_size=13, max_size=13),
    prefix=st.sampled_from(["+55", "55", "0055", "0", "", "+55(0)", "0xx"]),
    ninth=st.sampled_from(["9", ""]),
    kind=st.sampled_from(["phone", "whatsapp"]),
)
def test_formatting_never_changes_a_line(
    area: int, local: int, separators: list[str], prefix: str, ninth: str, kind: str
) -> None:
    digits = f"{area}{ninth}{local}"
    raw = prefix + "".join(s + d for s, d in zip(separators, digits, strict=False))
    assert normalise(kind, raw).identity.value == f"+55{area}9{local}"


@settings(max_examples=200)
@given(kind=st.sampled_from(KINDS), raw=TEXTS, region=REGIONS, lenient=st.booleans())
@example(kind="phone", raw="440207946095", region="BR", lenient=True)
@example(kind="phone", raw="+54911154321123", region="BR", lenient=True)
def test_normalising_twice_changes_nothing(kind: str, raw: str, region: str, lenient: bool) -> None:
    once = outcome(kind, raw, region, lenient)
    if isinstance(once, ContactPoint):
        twice = outcome(kind, once.value, region, lenient)
        assert isinstance(twice, ContactPoint)
        assert (twice.value, twice.identity) == (once.value, once.identity)
        for spelling in line_spellings(once.identity):
            assert normalise("phone", spelling, lenient=True).identity == once.identity


@settings(max_examples=200)
@given(kind=st.sampled_from(KINDS), raw=TEXTS, region=REGIONS)
def test_lenient_takes_everything_that_strict_takes(kind: str, raw: str, region: str) -> None:
    strict, lenient = outcome(kind, raw, region, False), outcome(kind, raw, region, True)
    if isinstance(strict, ContactPoint):
        assert isinstance(lenient, ContactPoint)
        assert kind == "whatsapp" or strict == lenient


@settings(max_examples=200)
@given(
    kind=st.one_of(st.sampled_from(KINDS), st.text(max_size=5)),
    raw=TEXTS,
    region=REGIONS,
    lenient=st.booleans(),
)
def test_any_text_gives_a_contact_point_or_a_refusal(kind: str, raw: str, region: str, lenient: bool) -> None:
    result = outcome(kind, raw, region, lenient)
    if isinstance(result, ContactPoint):
        text = result.value + result.raw + result.identity.space + result.identity.value
        assert "\x00" not in text
        text.encode("utf-8")
    assert isinstance(line_candidates(raw, default_region=region), list)
    assert isinstance(is_contact_like(raw), bool)
    assert digits_of(raw).isascii()


@given(
    region=st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)),
    kind=st.sampled_from([phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE]),
)
def test_the_example_numbers_of_every_country_pass_in_every_format(region: str, kind: int) -> None:
    number = phonenumbers.example_number_for_type(region, kind)
    if number is None:
        return
    formats = phonenumbers.PhoneNumberFormat
    lines = {
        normalise("phone", phonenumbers.format_number(number, form), default_region=region).identity
        for form in (formats.E164, formats.INTERNATIONAL, formats.NATIONAL, formats.RFC3966)
    }
    assert len(lines) == 1


@given(one=LOCAL_MOBILES, other=LOCAL_MOBILES, area=BR_AREAS, other_area=BR_AREAS)
def test_different_brazilian_mobiles_stay_different(one: int, other: int, area: int, other_area: int) -> None:
    same = (one, area) == (other, other_area)
    first, second = normalise("phone", f"{area}{one}"), normalise("whatsapp", f"+55{other_area}9{other}")
    assert (first.identity == second.identity) is same


@given(area=BR_AREAS, local=st.integers(20_000_000, 59_999_999))
def test_a_brazilian_landline_never_gains_or_loses_a_nine(area: int, local: int) -> None:
    landline, mobile = f"+55{area}{local}", f"+55{area}9{local}"
    assert normalise("phone", landline).identity.value == landline
    assert normalise("phone", mobile).identity.value == mobile


@given(area=BR_AREAS, local=st.integers(900_000_000, 959_999_999))
def test_a_mobile_that_is_known_by_its_shape_is_one_for_libphonenumber_too(area: int, local: int) -> None:
    number = phonenumbers.parse(f"+55{area}{local}")
    assert phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    assert normalise("phone", f"{area}{local}").value == f"+55{area}{local}"


def test_hostile_texts_are_answered_quickly() -> None:
    hostile = ["1" * 512, " " * 511 + "x", "(" * 512, "+" * 512, "a@" * 256, "a." * 255, "x" * 511 + "@"]
    hostile += [
        "<" * 512,
        "ext" * 170,
        "0" + "xx" * 255,
        "\u200b" * 512,
        "\u0665" * 512,
        "é" * 500 + "@é.com",
    ]
    hostile += [
        "a@" + "\u00fc" * 500,
        "wa.me/" + "1" * 500,
        "https://api.whatsapp.com/send?" + "&phone=" * 65,
    ]
    hostile += ["1" * 200 + " " * 200 + "ext", "+55 " + "- " * 250, "\u202e" * 255 + "1" + "\u202c" * 255]
    hostile += [
        "1" + " " * 500 + "1x",
        "1" + "\u200d" * 500 + "x",
        " ext" * 120 + "1",
        "tel:" + ";ext=1" * 80,
    ]
    began = time.perf_counter()
    for raw in hostile:
        for kind in KINDS:
            for lenient in (False, True):
                outcome(kind, raw, "BR", lenient)
        line_candidates(raw)
        is_contact_like(raw)
    assert time.perf_counter() - began < 1
