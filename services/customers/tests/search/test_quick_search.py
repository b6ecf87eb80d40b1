"""Quick search: what finds whom."""

from __future__ import annotations

from typing import Any

import pytest

from servicekit.errors import Invalid
from services.customers.tests.registry.test_creating import codes
from services.customers.tests.world import World

Json = dict[str, Any]


def found(world: World, q: str, scope: Json | None = None, **options: Any) -> list[str]:
    """The names of whom this finds, the best match first."""
    answer = world.service.list_customers(scope or world.admin, q=q, **options)
    return [customer["name"] for customer in answer["data"]]


@pytest.mark.parametrize("name", ["Joao", "JOÃO", "João", "joao da silva", "Ana JOÃO"])
@pytest.mark.parametrize("q", ["João", "joao", "JOAO", "oão"])
def test_case_and_accents_do_not_matter(world: World, name: str, q: str) -> None:
    world.create(name="Somebody else")
    world.create(name=name)
    assert found(world, q) == [name]


@pytest.mark.parametrize(
    "q",
    [
        "98765-4321",
        "987654321",
        "8765",
        "(11) 98765",
        "(11) 98765-4321",
        "+55 11 98765 4321",
        "+5511987654321",
        "005511987654321",
        "011 98765-4321",
        "11 8765-4321",  # without its ninth digit
        "8765-4321",
        "(11) 8765",
        "55 11 8765 4321",
        "11.98765.4321",
        "１１ ９８７６５ ４３２１",
        "whatsapp:+5511987654321",
        "ana 98765-4321",
    ],
)
def test_a_line_is_found_however_it_is_written(world: World, q: str) -> None:
    world.create(name="Ana", phone="(11) 98765-4321")
    world.create(name="Ana too", phone="(11) 91234-5678")
    assert found(world, q) == ["Ana"]


def test_all_lines_of_a_customer_are_searched(world: World) -> None:
    world.create(name="Ana", phone="11 98765-4321", whatsapp="21 99876-5432")
    assert found(world, "98765-4321") == found(world, "21 9987") == ["Ana"]


@pytest.mark.parametrize("q", ["silva maria", "maria silva", "SILVA  maria", "da mar", "d sil m"])
def test_every_word_must_match_in_any_order(world: World, q: str) -> None:
    world.create(name="Maria da Silva")
    world.create(name="Maria Souza")
    world.create(name="José Silva")
    assert found(world, q) == ["Maria da Silva"]


@pytest.mark.parametrize("q", ["maria@exa", "MARIA@EXAMPLE.COM", "example.com", "ple.c", "maria example"])
def test_e_mails_are_found_as_they_are_typed(world: World, q: str) -> None:
    world.create(name="M", email="Maria@Example.com")
    world.create(name="J", email="jose@other.com")
    assert found(world, q) == ["M"]


@pytest.mark.parametrize("q", ["bücher", "BUCHER", "xn--bcher", "a@bücher.example"])
def test_an_international_domain_is_found_by_both_of_its_forms(world: World, q: str) -> None:
    world.create(name="A", email="a@bücher.example")
    assert found(world, q) == ["A"]


def test_names_of_tags_are_found_whole_or_in_part_and_with_other_words(world: World) -> None:
    world.create(name="Maria", tags=["VIP Clientes"])
    world.create(name="Joana", tags=["vip clientes"])
    world.create(name="Clara", tags=["other"])
    assert sorted(found(world, "vip")) == sorted(found(world, "client")) == ["Joana", "Maria"]
    assert found(world, "maria vip") == found(world, "clientes mar") == ["Maria"]


def test_a_joined_tag_is_found_by_the_name_that_is_shown(world: World) -> None:
    world.create(name="Maria", tags=["gold"])
    world.create(name="Joana", tags=["premium"])
    tags = {tag["name"]: tag for tag in world.service.list_tags(world.admin)["data"]}
    gold, premium = tags["gold"], tags["premium"]
    world.service.update_tag(world.admin, gold["id"], {"merge_into": premium["id"]}, gold["version"])
    assert sorted(found(world, "premium")) == ["Joana", "Maria"]
    assert found(world, "gold") == []


def test_one_or_two_letters_find_beginnings_of_words(world: World) -> None:
    for name in ("Maria", "Ana Maria", "Emma", "Tom Ma"):
        world.create(name=name)
    assert sorted(found(world, "ma")) == ["Ana Maria", "Maria", "Tom Ma"]
    assert sorted(found(world, "m")) == ["Ana Maria", "Maria", "Tom Ma"]
    assert sorted(found(world, "e")) == ["Emma"]


@pytest.mark.parametrize(
    ("q", "name"),
    [
        ("100%", "100% Wool"),
        ("+10 wool", "Wool +10"),
        ("a_b", "a_b"),
        ("a_b wool", "wool a_b"),
        ("\\", "back \\slash"),
        ("%%%", "a%%%b"),
        ("__", "__init__"),
    ],
)
def test_wildcards_stand_for_themselves(world: World, q: str, name: str) -> None:
    for each in ("100 Wool", "1000 Wools", "axb", "Plain", name):
        world.create(name=each)
    assert found(world, q) == [name]


@pytest.mark.parametrize(
    ("name", "q"),
    [
        ("Müller", "muller"),
        ("Straße", "STRASSE"),
        ("Łukasz", "łuk"),
        ("Αλέξανδρος", "ΑΛΕΞΑΝ"),
        ("Владимир", "влад"),
        ("محمد علي", "علي"),
        ("王小明", "王小"),
        ("田中 太郎", "太郎 田中"),
        ("김철수", "김철"),
        ("नरेन्द्र", "नरे"),
        ("สมชาย", "มชา"),
        ("Nguyễn Văn", "nguyen van"),
        ("İbrahim", "ibrahim"),
        ("ﬁona", "fiona"),
        ("😀 Happy", "😀"),
    ],
)
def test_every_script_is_searched(world: World, name: str, q: str) -> None:
    world.create(name="Somebody else")
    world.create(name=name)
    assert found(world, q) == [name]


def test_blank_queries_find_everybody(world: World) -> None:
    world.create(name="A")
    assert found(world, "   ") == found(world, "") == ["A"]


@pytest.mark.parametrize(
    ("q", "code"),
    [
        ("x" * 201, "too_long"),
        ("a b c d e f g h i", "too_many_words"),
        ("a\x00b", "invalid_query"),
        ("\ud800", "invalid_query"),
        (7, "invalid_query"),
    ],
)
def test_queries_that_are_none_are_refused(world: World, q: Any, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        found(world, q)
    assert codes(refusal.value) == {"/q": code}


def test_the_longest_query_works(world: World) -> None:
    name = "\ufb03" * 200  # each folds to three letters
    world.create(name=name)
    assert found(world, name) == [name]
