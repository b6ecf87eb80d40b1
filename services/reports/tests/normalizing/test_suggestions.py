"""What might be one value is told, with how sure we are, and nothing is done about it."""

from __future__ import annotations

import random
import time

from services.reports.normalizing.domain.suggestions import MOST_SUGGESTIONS, suggestions_of
from services.reports.tests.configuring.fields import PLAN
from services.reports.tests.normalizing.columns import grouping, mapped, rules


def suggested(column, part):
    result = mapped(column, part)
    customers = [0] * len(result.values)
    for count, code in zip(column.values(), result.codes, strict=True):
        customers[code] += count
    return suggestions_of(result.values, customers, part)


def near(column, **said):
    return [each["values"] for each in suggested(column, grouping(**said)) if each["kind"] == "near"]


def test_slips_of_the_pen_are_near_the_most_frequent_first():
    column = {"preço alto": 2, "Preço alto": 9, "preco atlo": 1, "preço altoo": 1, "prazo": 4}
    assert near(column) == [["Preço alto", "preco atlo", "preço altoo"]]


def test_spaces_that_are_missing_are_near():
    assert near({"São Paulo": 2, "SaoPaulo": 1, "Müller": 2, "Mueller": 1}) == [
        ["São Paulo", "SaoPaulo"],
        ["Müller", "Mueller"],
    ]


def test_the_score_says_how_alike_they_are_the_surest_first():
    scores = [
        each["score"]
        for each in suggested({"New York": 2, "NewYork": 1, "expensive": 3, "expansive": 1}, grouping())
    ]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == 1
    assert 0.8 <= scores[1] < 1


def test_other_numbers_and_letters_are_other_things():
    for column in (
        ("Plan 1", "Plan 2"),
        ("2025-01", "2025-02"),
        ("Class A", "Class B"),
        ("Phase II", "Phase IV"),
    ):
        assert near(dict.fromkeys(column, 1)) == []


def test_short_words_are_not_compared():
    assert near({"cat": 1, "car": 1}) == []


def test_one_letter_of_five_is_near():
    assert near({"Köln": 2, "Koeln": 1}) == [["Köln", "Koeln"]]


def test_stories_are_not_compared():
    story = "o cliente disse que " * 200
    begun = time.process_time()
    assert near({f"{story} {chr(0x4E00 + n)} fim": 1 for n in range(300)}) == []
    assert time.process_time() - begun < 2


def test_what_somebody_decided_is_not_suggested_otherwise():
    column = {"expensive": 2, "expensiv": 1}
    assert near(column) == [["expensive", "expensiv"]]
    assert near(column, split=["expensiv"]) == []
    assert near(column, join={"expensive": ["x"], "expensiv": ["y"]}) == []
    assert near(column, join={"expensive": ["dear"]}) == [["expensive", "expensiv"]]


def test_nothing_is_suggested_for_what_is_not_typed():
    column = {"expensive": 2, "expensiv": 1}
    assert suggested(column, grouping(PLAN)) == []
    assert suggested(column, rules({"op": "is_set", "as": "x"})) == []
    assert suggested({"2026-01-01": 1, "2026-01-02": 1}, grouping("created_at", unit="day")) == []


def test_a_set_of_aliases_is_suggested_if_it_knows_most_values():
    column = {"SP": 9, "São Paulo": 4, "RJ": 2, "interior": 1}
    (found,) = suggested(column, grouping())
    assert found == {"kind": "aliases", "set": "brazilian_states", "values": ["SP", "RJ"], "score": 0.75}
    assert suggested(column, grouping(aliases=["brazilian_states"])) == []
    assert suggested({"SP": 1, "interior": 1}, grouping()) == []


def test_a_set_of_aliases_that_changes_nothing_is_not_suggested():
    assert suggested({"São Paulo": 1, "Bahia": 1}, grouping()) == []


def test_very_many_values_take_no_time_and_are_never_too_many_suggestions():
    words = ["preco", "muito", "caro", "nao", "comprou", "prazo", "entrega", "cliente", "desistiu", "falta"]
    chance = random.Random(7)
    column = {
        " ".join(chance.choices(words, k=chance.randint(2, 5))): chance.randint(1, 9) for _ in range(10_000)
    }
    result = mapped(column, grouping())
    begun = time.process_time()
    found = suggestions_of(result.values, list(range(len(result.values))), grouping())
    assert time.process_time() - begun < 2
    assert len(found) == MOST_SUGGESTIONS
