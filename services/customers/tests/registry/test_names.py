"""What is a name, and how names are compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.text import folded
from services.customers.registry.domain.names import LONGEST, BadName, automatic_name, clean_name


@pytest.mark.parametrize("raw", ["Ana", " Ana ", "\tAna\n", "\u00a0Ana"])
def test_names_are_trimmed(raw: str) -> None:
    assert clean_name(raw) == "Ana"


@pytest.mark.parametrize("raw", ["a\x00b", "a\nb", "a\u2028b", "a\ud800b", "a\x7fb", "a\uffffb"])
def test_control_characters_and_broken_text_are_no_name(raw: str) -> None:
    with pytest.raises(BadName) as refusal:
        clean_name(raw)
    assert refusal.value.code == "invalid_characters"


def test_the_longest_name_has_two_hundred_characters() -> None:
    assert clean_name(" " + "é" * LONGEST + " ") == "é" * LONGEST
    with pytest.raises(BadName):
        clean_name("é" * (LONGEST + 1))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("João  da Silva", "joao da silva"),
        ("STRASSE", "Straße"),
        ("ΑΘΗΝΆ", "αθηνα"),
        ("e\u0301", "É"),
        ("ﬁn", "FIN"),
        ("a\u00a0b", "A B"),
    ],
)
def test_case_accents_and_spaces_do_not_matter(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@given(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=1))
def test_a_text_with_letters_or_digits_never_folds_to_nothing(text: str) -> None:
    assert folded(text)


def test_an_automatic_name_tells_of_the_channel_only() -> None:
    assert automatic_name("web_chat", "k3Xq") == "Web chat contact k3Xq"
