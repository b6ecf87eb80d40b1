"""All that is wrong is named at once, each at its place."""

from __future__ import annotations

import pytest

from services.reports.configuring.domain import reading
from services.reports.tests.configuring.fields import PLAN, REASON, TAGS, faults


def test_everything_wrong_is_in_one_answer():
    assert faults(
        {
            "groupings": [
                {"field": "custom.gone", "join": []},
                {"field": "custom.value", "unit": "day", "count": "mentions", "aliases": ["countries"]},
                {"field": REASON, "colour": "red", "normalize": "yes"},
            ],
            "total": {"op": "sum", "field": PLAN},
            "subdivisions": [{"field": PLAN, "rules": [{"op": "gt", "value": 1}]}],
            "sort": {"by": 1},
            "percent": ["diagonal"],
            "time_zone": "Brasil",
            "chart": "bar",
        }
    ) == {
        ("/chart", "unknown_property"),
        ("/groupings/0/field", "unknown_field"),
        ("/groupings/0/join", "invalid_object"),
        ("/groupings/1/unit", "unit_needs_date"),
        ("/groupings/1/count", "mentions_need_several"),
        ("/groupings/1/aliases", "aliases_need_text"),
        ("/groupings/2/colour", "unknown_property"),
        ("/groupings/2/normalize", "invalid_type"),
        ("/total/field", "number_needed"),
        ("/subdivisions/0/rules/0/op", "unknown_operation"),
        ("/subdivisions/0/rules/0/as", "required"),
        ("/sort", "invalid_sort"),
        ("/percent/0", "invalid_choice"),
        ("/time_zone", "unknown_time_zone"),
    }


def many(count: int) -> list[str]:
    return [f"value {n}" for n in range(count)]


@pytest.mark.parametrize(
    "parts",
    [
        {"groupings": [{"field": REASON, "join": {str(n): many(500) for n in range(11)}}]},
        {"groupings": [{"field": each, "split": many(1_000)} for each in (REASON, PLAN, TAGS, "status")]}
        | {"subdivisions": [{"field": "channel", "split": many(1_000)}, {"field": REASON, "split": ["x"]}]},
        {"groupings": [{"field": REASON}], "subdivision": {"field": PLAN, "join": {"x": many(5_001)}}},
        {"groupings": [{"field": REASON, "rename": dict.fromkeys(many(5_001), "x")}]},
        {"groupings": [{"field": REASON, "join": dict.fromkeys(many(5_001), 7)}]},
        {
            "groupings": [{"field": REASON}],
            "subdivision": {
                "field": PLAN,
                "rules": [{"op": "in", "value": many(500), "as": "x"} for _ in range(11)],
            },
        },
    ],
)
def test_of_too_many_spellings_in_all_none_is_read(parts, monkeypatch):
    monkeypatch.setattr(reading, "Form", None)
    assert faults(parts) == {("", "too_many")}


def test_as_many_spellings_as_may_be_are_read():
    joins = {f"name {j}": [f"{j} {n}" for n in range(499)] for j in range(10)}
    assert faults({"groupings": [{"field": REASON, "join": joins}]}) == set()


@pytest.mark.parametrize("part", [None, 7, [], {"join": 7, "split": {}, "rename": [], "rules": [7]}])
def test_what_has_another_shape_has_no_spellings(part):
    assert "too_many" not in {code for _, code in faults({"groupings": [part], "subdivisions": part})}


def test_nobody_reads_more_than_two_hundred_faults():
    assert len(faults({"groupings": [{"field": REASON}], **{f"x{n}": n for n in range(1_000)}})) == 200


@pytest.mark.parametrize("data", [None, [], "count", 7, True])
def test_a_configuration_is_an_object(data):
    assert ("", "invalid_object") in faults(data)


@pytest.mark.parametrize("groupings", [None, [], {}, ""])
def test_without_a_grouping_there_is_no_report(groupings):
    assert ("/groupings", "required") in faults({"groupings": groupings})


def test_there_are_at_most_four_groupings_and_three_subdivisions():
    five = [{"field": field} for field in (REASON, PLAN, TAGS, "status", "channel")]
    assert faults({"groupings": five}) == {("/groupings", "too_many")}
    assert faults({"groupings": five[:4], "subdivisions": five[:4]}) == {("/subdivisions", "too_many")}
    assert faults({"groupings": five[:4], "subdivisions": five[:3]}) == set()


def test_nothing_is_grouped_by_twice_alike():
    twice = [{"field": REASON}, {"field": REASON, "normalize": True}]
    assert faults({"groupings": twice}) == {("/groupings/1/field", "repeated")}


def test_mentions_are_counted_and_nothing_else():
    data = {
        "groupings": [{"field": TAGS, "count": "mentions"}],
        "total": {"op": "sum", "field": "custom.value"},
    }
    assert faults(data) == {("/groupings/0/count", "mentions_only_count")}
    assert faults({**data, "total": {"op": "count"}}) == set()


@pytest.mark.parametrize("op", ["average", "min", "max"])
def test_averages_have_no_percentages(op):
    data = {"groupings": [{"field": REASON}], "total": {"op": op, "field": "custom.value"}, "percent": "row"}
    assert faults(data) == {("/percent", "percent_needs_sums")}


def test_a_total_other_than_the_count_is_of_a_field():
    assert faults({"groupings": [{"field": REASON}], "total": {"op": "sum"}}) == {
        ("/total/field", "required")
    }
    assert faults({"groupings": [{"field": REASON}], "total": {}}) == {("/total/op", "required")}
    counted = {"op": "count", "field": "custom.value"}
    assert faults({"groupings": [{"field": REASON}], "total": counted}) == {("/total/field", "unexpected")}


def test_a_spelling_is_of_one_value_only():
    join = {"Price": ["caro", "caro"], "Money": ["sem dinheiro", "caro"]}
    assert faults({"groupings": [{"field": REASON, "join": join, "split": ["sem dinheiro"]}]}) == {
        ("/groupings/0/join/Money/1", "repeated"),
        ("/groupings/0/split/0", "repeated"),
    }


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        ({"join": {"Price": []}}, ("/join/Price", "invalid_list")),
        ({"join": {"Price": "caro"}}, ("/join/Price", "invalid_list")),
        ({"join": {"Price": [None]}}, ("/join/Price/0", "invalid_type")),
        ({"join": {"Price": ["  "]}}, ("/join/Price/0", "required")),
        ({"join": {"a/b~c": ["x" * 5_001]}}, ("/join/a~1b~0c/0", "too_long")),
        ({"join": {" ": ["x"]}}, ("/join/ ", "required")),
        ({"join": {"x" * 201: ["x"]}}, (f"/join/{'x' * 201}", "too_long")),
        ({"join": {"Price": [str(n) for n in range(501)]}}, ("/join/Price", "too_many")),
        ({"join": {str(n): ["x" + str(n)] for n in range(1_001)}}, ("/join", "too_many")),
        ({"split": ["V\x00P"]}, ("/split/0", "invalid_characters")),
        ({"split": "VIP"}, ("/split", "invalid_list")),
        ({"rename": {"VIP": ""}}, ("/rename/VIP", "required")),
        ({"rename": {"VIP": "V\x00P"}}, ("/rename/VIP", "invalid_characters")),
        ({"aliases": ["planets"]}, ("/aliases/0", "invalid_choice")),
        ({"top": 0}, ("/top", "out_of_range")),
        ({"top": {"n": 1_001}}, ("/top", "out_of_range")),
        ({"top": True}, ("/top", "out_of_range")),
        ({"top": {"m": 1}}, ("/top", "invalid_top")),
        ({"sort": {"by": ""}}, ("/sort", "invalid_sort")),
        ({"sort": "total"}, ("/sort", "invalid_sort")),
        ({"count": "all"}, ("/count", "invalid_choice")),
        ({"unit": "month"}, ("/unit", "unit_needs_date")),
    ],
)
def test_a_part_that_is_wrong_is_named(part, fault):
    pointer, code = fault
    assert faults({"groupings": [{"field": REASON, **part}]}) == {(f"/groupings/0{pointer}", code)}


@pytest.mark.parametrize(
    ("field", "rule", "fault"),
    [
        (REASON, {"op": "contains", "value": " "}, ("/value", "required")),
        (REASON, {"op": "contains"}, ("/value", "required")),
        (REASON, {"op": "contains", "value": "x" * 201}, ("/value", "too_long")),
        (REASON, {"op": "in", "value": []}, ("/value", "invalid_list")),
        (REASON, {"op": "regex", "value": "x"}, ("/op", "invalid_choice")),
        (REASON, {"op": "gt", "value": 1}, ("/op", "unknown_operation")),
        (REASON, {"op": "is_set", "value": "x"}, ("/value", "unexpected")),
        ("custom.value", {"op": "gt", "value": "1"}, ("/value", "invalid_number")),
        ("custom.value", {"op": "gt", "value": True}, ("/value", "invalid_number")),
        ("custom.value", {"op": "between", "value": [2, 1]}, ("/value", "invalid_value")),
        ("custom.value", {"op": "contains", "value": "1"}, ("/op", "unknown_operation")),
        ("created_at", {"op": "gte", "value": "2026-02-30"}, ("/value", "invalid_date")),
        ("created_at", {"op": "gte", "value": "2026-02-01T00:00:00Z"}, ("/value", "invalid_date")),
        ("created_at", {"op": "gte", "value": 20260201}, ("/value", "invalid_date")),
        ("custom.paid", {"op": "equals", "value": "true"}, ("/value", "invalid_type")),
        ("custom.paid", {"op": "in", "value": [True]}, ("/op", "unknown_operation")),
    ],
)
def test_a_rule_that_is_wrong_is_named(field, rule, fault):
    data = {"groupings": [{"field": PLAN}], "subdivision": {"field": field, "rules": [{**rule, "as": "x"}]}}
    pointer, code = fault
    assert faults(data) == {(f"/subdivision/rules/0{pointer}", code)}


def test_rules_put_nothing_together():
    rules = [{"op": "is_set", "as": "x"}]
    subdivision = {"field": REASON, "rules": rules, "join": {"a": ["b"]}, "normalize": True}
    data = {"groupings": [{"field": PLAN}], "subdivision": subdivision}
    assert faults(data) == {("/subdivision/join", "unknown_property")}


def test_there_are_at_least_one_and_at_most_a_hundred_rules():
    def with_rules(count: int):
        rules = [{"op": "is_set", "as": "x"}] * count
        return {"groupings": [{"field": PLAN}], "subdivision": {"field": REASON, "rules": rules}}

    assert faults(with_rules(0)) == {("/subdivision/rules", "required")}
    assert faults(with_rules(100)) == set()
    assert faults(with_rules(101)) == {("/subdivision/rules", "too_many")}


def test_one_subdivision_or_several():
    data = {
        "groupings": [{"field": REASON}],
        "subdivision": {"field": PLAN},
        "subdivisions": [{"field": PLAN}],
    }
    assert faults(data) == {("/subdivision", "unexpected")}
