"""Of which class a value is: the first rule that it matches says so."""

from __future__ import annotations

import fnmatch
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.text import folded
from services.reports.normalizing.domain.patterns import matcher_of
from services.reports.tests.normalizing.columns import mapped, rules


def classes(column: list, *told: dict, **said) -> list[str | None]:
    result = mapped(dict.fromkeys(column, 1), rules(*told, **said))
    return [result.values[code].label if code >= 0 else None for code in result.codes]


def test_the_first_rule_that_matches_wins_and_the_default_takes_the_rest():
    told = [
        {"op": "contains", "value": "caro", "as": "Price"},
        {"op": "starts_with", "value": "não", "as": "No"},
        {"op": "equals", "value": "depois", "as": "Later"},
        {"op": "in", "value": ["talvez", "quem sabe"], "as": "Later"},
    ]
    column = ["MUITO CARO", "nao é caro", "Não quer", "Depois ", "Quem  sabe", "depois, talvez", "preço"]
    assert classes(column, *told) == ["Price", "Price", "No", "Later", "Later", "Other", "Other"]


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("caro", "caro", True),
        ("caro", "muito caro", False),
        ("*caro", "muito caro", True),
        ("caro*", "caro demais", True),
        ("*", "", True),
        ("?", "", False),
        ("a?c", "abc", True),
        ("a?c", "abbc", False),
        ("a*b*c", "a-b-b-c", True),
        ("a*b*c", "a-c-b", False),
        ("a**c", "ac", True),
        ("a*a", "a", False),
        ("1.5", "125", False),
        ("[a-z]+", "x", False),
        ("*\n*", "a\nb", True),
    ],
)
def test_a_star_is_any_text_and_a_question_mark_one_character(pattern, text, matches):
    assert matcher_of(pattern)(text) is matches


@given(st.text(alphabet="ab*?.", max_size=8), st.text(alphabet="ab.\n", max_size=10))
def test_patterns_are_those_of_files_without_their_brackets(pattern, text):
    assert matcher_of(pattern)(text) == bool(re.match(fnmatch.translate(pattern), text))


def test_no_pattern_takes_long():
    matches = matcher_of("a*" * 99 + "b")
    begun = time.process_time()
    assert not matches("a" * 5_000)
    assert time.process_time() - begun < 1


def test_patterns_fold_case_and_accents():
    assert classes(["PREÇO alto", "o preço"], {"op": "matches", "value": "Preco*", "as": "Price"}) == [
        "Price",
        "Other",
    ]


def test_numbers_are_compared_as_numbers():
    told = [
        {"op": "lt", "value": 0, "as": "debt"},
        {"op": "equals", "value": 0, "as": "nothing"},
        {"op": "between", "value": [1, 9.5], "as": "little"},
        {"op": "in", "value": [10, 11], "as": "ten"},
        {"op": "gte", "value": 100, "as": "much"},
    ]
    assert classes([-0.5, 0, 1, 9.5, 9.75, 10.0, 100, 99.99], *told, field="custom.value", default=None) == [
        "debt", "nothing", "little", "little", None, "ten", "much", None,
    ]  # fmt: skip


def test_a_truth_value_is_no_number():
    told = {"op": "equals", "value": True, "as": "Paid"}
    assert classes([True, False], told, field="custom.paid", default=None) == ["Paid", None]
    one = {"op": "in", "value": [1], "as": "One"}
    assert classes([True], one, field="custom.value", default=None) == [None]


def test_days_of_rules_are_whole_days_in_the_zone():
    told = [
        {"op": "lt", "value": "2026-01-01", "as": "before"},
        {"op": "between", "value": ["2026-01-01", "2026-01-31"], "as": "January"},
        {"op": "gt", "value": "2026-01-31", "as": "after"},
    ]
    column = ["2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z", "2026-01-31T23:59:59Z", "2026-02-01"]
    assert classes(column, *told, field="created_at") == ["before", "January", "January", "after"]


def test_what_is_no_date_is_of_no_day():
    told = [{"op": "gt", "value": "2026-01-01", "as": "late"}, {"op": "is_set", "as": "set"}]
    assert classes(["soon", "2026-01-02"], *told, field="created_at") == ["set", "late"]
    assert classes(["soon"], told[0], field="created_at") == ["Other"]


def test_whoever_has_no_value_is_of_the_default_unless_a_rule_says_otherwise():
    some, none = {"op": "is_set", "as": "told"}, {"op": "is_not_set", "as": "silent"}
    for told, said, empty in (
        ([some, none], {}, "silent"),
        ([some], {}, "Other"),
        ([some], {"default": None}, None),
        ([none, some], {"default": None}, "silent"),
    ):
        result = mapped({"x": 1, "  ": 1}, rules(*told, **said))
        names = [result.values[code].label if code >= 0 else None for code in (*result.codes, result.empty)]
        assert names == ["told", empty, empty]


def test_classes_stand_in_the_order_of_their_rules_each_once():
    told = [
        {"op": "contains", "value": word, "as": name} for word, name in (("b", "B"), ("a", "A"), ("c", "B"))
    ]
    result = mapped({"c": 1, "a": 1, "x": 1, "b": 2}, rules(*told, default="A"))
    assert [(value.label, value.spellings, value.by) for value in result.values] == [
        ("B", ("b", "c"), "own"),
        ("A", ("a", "x"), "own"),
    ]


def test_old_labels_are_compared_as_those_of_today():
    told = {"op": "equals", "value": "Gold", "as": "Best"}
    result = mapped({"Golden": 1}, rules(told, field="custom.plan"), former={"golden": "Gold"})
    assert result.codes == [0]


@given(
    st.lists(st.text(alphabet="aáAbç ", max_size=5), unique=True, max_size=8),
    st.text(alphabet="aáAbç", min_size=1),
)
def test_to_contain_is_told_without_case_and_accents(column, part):
    expected = ["in" if value.strip() and folded(part) in folded(value) else "Other" for value in column]
    assert classes(column, {"op": "contains", "value": part, "as": "in"}) == expected
