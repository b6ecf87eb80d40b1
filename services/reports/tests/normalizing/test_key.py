"""Which spellings are one value by themselves, and which only look like it."""

from __future__ import annotations

from unicodedata import category, normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reports.normalizing.domain.key import key_of, keys_of

SCOTLAND = "🏴" + "".join(chr(0xE0000 + ord(char)) for char in "gbsct\x7f")
ENGLAND = "🏴" + "".join(chr(0xE0000 + ord(char)) for char in "gbeng\x7f")


@pytest.mark.parametrize(
    "spellings",
    [
        ("VIP", "vip ", " Vip", "V.I.P.", "vip!", "\u200evip", "v\u00adip"),
        (
            "São Paulo",
            "SAO PAULO",
            "sao  paulo",
            "Paulo, São",
            "sa\u0303o\tpaulo",
            "São\u00a0Paulo.",
            "são-paulo",
        ),
        ("preço muito caro", "Muito caro (preço)", "CARO: PREÇO MUITO"),
        ("Straße", "STRASSE", "strasse"),
        ("İstanbul", "ISTANBUL", "istanbul", "ıstanbul"),
        ("Łódź", "lodz"),
        ("København", "kobenhavn"),
        ("don't know", "don’t know", "DON`T KNOW"),
        ("covid-19", "Covid 19", "COVID–19"),
        ("T-shirt", "t shirt", "T‑Shirt"),
        ("client A-", "A- client"),
        ("USA", "U.S.A.", "u s a"),
        ("N/A", "n.a.", "NA"),
        ("100%", "100 %"),
        ("１２３", "123", "١٢٣"),
        ("ﬁnance", "Finance"),
        ("שָׁלוֹם", "שלום"),
        ("أحمد", "احمد", "أحمــد"),
        ("❤️ cliente", "❤ Cliente"),
        ("ｶﾀｶﾅ", "カタカナ"),
        ("Ёлка", "елка"),
        ("https://a.test/b", "HTTPS://A.test/b/ "),
        ("Ana@a.test", " ana@A.test"),
        ("10-20", "10–20", "10–20."),
    ],
)
def test_one_value(spellings):
    assert len({key_of(text) for text in spellings}) == 1, {text: key_of(text) for text in spellings}


@pytest.mark.parametrize(
    "values",
    [
        ("C", "C++", "C#"),
        ("1.5", "15", "1,5", "1 5", "-1.5"),
        ("10-20", "20-10", "1020", "10.20"),
        ("01/02/2026", "02/01/2026"),
        ("1/2", "2/1"),
        ("10:30", "30:10"),
        ("A", "A+", "A-"),
        ("AB+", "AB-"),
        ("10%", "10"),
        ("$5", "€5", "5"),
        (">100", "<100", "100"),
        ("Room 1 Floor 2", "Room 2 Floor 1"),
        ("P&G", "PG"),
        ("...", "???", "-", "—"),
        ("👍", "👎"),
        ("5", "-5", "+5"),
        ("мой", "мои"),
        ("ハス", "バス"),
        ("ไม่", "ไม้"),
        ("किताब", "कताब"),
        ("a@b.com", "b@a.com", "a.b@com"),
        ("https://a.test/b/c", "https://a.test/c/b", "http://a.test/b/c"),
        (SCOTLAND, ENGLAND, "🏴"),
        ("São Paulo", "São Paulo 2"),
    ],
)  # fmt: skip
def test_different_values(values):
    assert len({key_of(text) for text in values}) == len(values), {text: key_of(text) for text in values}


def test_a_text_of_nothing_but_punctuation_is_its_own_key():
    assert key_of(" ??! ") == "??!"


def test_but_for_spaces_that_nobody_sees():
    assert key_of("{\r{") == key_of("{  {") == "{ {"


ACCENTED = st.text(
    alphabet="aeiouçãéíñüßıİøłАйё \t.,;!-/:0159+#&%'()½²ﬁ№…—\u0301\u200b\u202egがمñ中👍🏽", max_size=20
)
ADDRESSES = st.builds("{}{}{}".format, ACCENTED, st.sampled_from(("://", "@", "@a.", "https://a/")), ACCENTED)
TEXTS = ACCENTED | ADDRESSES | st.text(max_size=20)


@settings(deadline=None)
@given(TEXTS)
def test_the_key_of_a_key_is_that_key(text):
    assert key_of(key_of(text)) == key_of(text)


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=6))
def test_many_have_the_keys_that_each_has_alone(texts):
    assert keys_of(texts) == [key_of(text) for text in texts]


@settings(deadline=None)
@given(TEXTS)
def test_spaces_around_and_how_characters_are_composed_make_no_difference(text):
    assert key_of(f" \n{text}\t ") == key_of(text)
    assert key_of(normalize("NFD", normalize("NFC", text))) == key_of(normalize("NFC", text))


WORDS = st.lists(st.text(alphabet="abcçéñß", min_size=2, max_size=6), min_size=2, max_size=5)


@settings(deadline=None)
@given(
    WORDS, st.randoms(use_true_random=False), st.sampled_from((" ", ", ", " - ", "; ", "/", "…", " (", "\n"))
)
def test_neither_order_nor_case_nor_what_stands_between_words_makes_a_difference(words, random, between):
    shuffled = [word.upper() if random.random() < 0.5 else word for word in random.sample(words, len(words))]
    assert key_of(between.join(shuffled)) == key_of(" ".join(words))


def test_all_punctuation_of_the_world_parts_words_but_for_what_is_kept():
    kept = set("#&%-,./:") | {"＃", "＆", "％", "﹟", "﹠", "﹪"}
    marks = (chr(code) for code in range(0x20, 0x3100) if category(chr(code))[0] == "P")
    joining = [char for char in marks if char not in kept and key_of(f"um{char}dois") != "dois um"]
    assert joining == []
