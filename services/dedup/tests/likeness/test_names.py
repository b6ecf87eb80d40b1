"""How similar names are, whichever way they were written."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.dedup.domain.names import OTHER_GIVEN_NAME, are_strangers, name_likeness, read_name
from services.dedup.domain.score import compare_names

ALIKE = [
    ("João da Silva", "JOAO SILVA", "case, accents and particles"),
    ("João Silva", "Silva, João", "order"),
    ("J. Silva", "João Silva", "an initial"),
    ("I. Jones", "Irene Jones", "an initial that is a particle elsewhere"),
    ("Zé Souza", "José Sousa", "a short name and a spelling"),
    ("Paco García", "Francisco Garcia", "Spanish"),
    ("Bob Smith", "Robert Smith", "English"),
    ("Bill Clark", "William Clark", "English"),
    ("Rodri Gómez", "Rodrigo Gomez", "shortened"),
    ("Luiz Rezende", "Luis Resende", "spellings"),
    ("Thiago Moraes", "Tiago Morais", "spellings"),
    ("Иван Петров", "Ivan Petrov", "another script"),
    ("王小明", "Wang Xiaoming", "another script, without a space"),
    ("Ana Souza", "Ana Souza Lima", "a name more"),
    ("Dra. Ana Souza", "Ana Souza", "a title"),
    ("Fernanda Olivera", "Fernanda Oliveira", "a typo"),
    ("Mariaclara Nunes", "Maria Clara Nunes", "a space"),
]
OTHERS = [
    ("Lucas Silva Santos", "Mateus Silva Santos", "brothers"),
    ("Paulo Lima", "Paula Lima", "a woman and a man"),
    ("Daniel Reis", "Daniela Reis", "a woman and a man"),
    ("João Silva", "João Silva Filho", "father and son"),
    ("James Cook", "James Cook Jr.", "father and son"),
    ("Maria Souza", "Maria Lima", "the given name only"),
    ("Ana Costa", "Anabela Costa", "two names"),
    ("Silva", "Souza", "two words"),
]
NOBODY = ["", "  ", "WhatsApp contact ab12", "Web chat contact 9x0z", "+55 11 98765-4321", "ana@example.org"]


@pytest.mark.parametrize(("one", "other", "how"), ALIKE)
def test_written_differently_and_the_same(one: str, other: str, how: str) -> None:
    assert compare_names(one, other) >= 82, how


@pytest.mark.parametrize(("one", "other", "why"), OTHERS)
def test_written_alike_and_not_the_same(one: str, other: str, why: str) -> None:
    assert compare_names(one, other) < 60, why


@pytest.mark.parametrize("name", NOBODY)
def test_what_is_nobodys_name_is_like_no_other(name: str) -> None:
    assert read_name(name).words == ()
    assert compare_names(name, name) == 0


def test_a_given_name_alone_is_less_than_a_whole_name() -> None:
    assert 60 <= compare_names("João", "João Silva") < compare_names("João", "João") < 82


@settings(max_examples=60)
@example("0:0", "1:1:1")
@given(st.text(max_size=40), st.text(max_size=40))
def test_any_two_texts_can_be_compared_in_either_order(one: str, other: str) -> None:
    likeness = compare_names(one, other)
    assert 0 <= likeness <= 100
    assert likeness == compare_names(other, one)


_WORDS = (
    "maria",
    "mariana",
    "ana",
    "anna",
    "xnna",
    "joao",
    "jose",
    "ze",
    "beto",
    "roberto",
    "souza",
    "sousa",
    "j",
)


@settings(max_examples=300)
@given(*(st.lists(st.sampled_from(_WORDS), max_size=4).map(" ".join),) * 2)
def test_strangers_are_no_more_alike_than_names_with_another_given_name(one: str, other: str) -> None:
    a, b = read_name(one), read_name(other)
    assert are_strangers(a, b) == are_strangers(b, a)
    if are_strangers(a, b):
        assert name_likeness(a, b) <= OTHER_GIVEN_NAME
