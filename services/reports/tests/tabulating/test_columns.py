"""Columns, their keys and their order; sorting by them."""

from decimal import Decimal

from services.reports.configuring.domain.model import Sort, Top, Total
from services.reports.configuring.domain.parts import read_sort
from services.reports.tests.tabulating.asking import by, having, report, split_by, totals


def cells(answer):
    return [column["key"] for column in answer["columns"] if column["kind"] == "cell"]


def test_each_column_says_what_it_is():
    answer = report([{"plan": "A", "city": "X"}, {"plan": "B"}], by("plan"), subdivisions=(split_by("city"),))
    assert answer["columns"] == [
        {"key": "plan", "kind": "grouping", "label": "Plan", "field": "plan"},
        {"key": "X", "kind": "cell", "label": "X", "field": "city", "block": 0, "value": "X"},
        {"key": "(empty)", "kind": "cell", "label": "(empty)", "field": "city", "block": 0, "value": None}
        | {"empty": True},
        {"key": "total", "kind": "total", "label": "Total", "field": None},
    ]


def test_keys_are_unique_whatever_values_are_called():
    customers = having("tags", ["total"], ["value"], ["Others (1)", "a"], ["(empty)"], [])
    subdivisions = (split_by("tags", top=Top(4)),)
    found = cells(report(customers, by("plan"), subdivisions=subdivisions))
    assert len(set(found)) == len(found) == 6
    assert not {"total", "value"} & set(found)


def test_whatever_values_are_called_their_columns_can_be_sorted_by():
    long = "x" * 5_000
    customers = [{"plan": "A", "city": f"{long}1"}, {"plan": "B", "city": f"{long}2"}]
    keys = cells(report(customers, by("plan"), subdivisions=(split_by("city"),)))
    assert len(set(keys)) == 2
    for key, first in zip(keys, "AB", strict=True):
        asked = {"subdivisions": (split_by("city"),), "sort": read_sort({"by": key})}
        assert next(iter(totals(report(customers, by("plan"), **asked)))) == first


def test_with_several_subdivisions_keys_begin_with_the_field():
    answer = report(
        [{"city": "X", "plan": "X"}], by("tags"), subdivisions=(split_by("city"), split_by("plan"))
    )
    assert cells(answer) == ["City: X", "Plan: X"]
    assert answer["rows"][0]["cells"] == {"City: X": 1, "Plan: X": 1}


def test_a_field_that_is_grouped_twice_has_two_keys():
    days = having("since", "2026-01-05", "2026-02-01")
    answer = report(days, by("since", unit="year"), by("since", unit="month"))
    assert [column["key"] for column in answer["columns"]] == ["since", "since (2)", "total"]
    assert totals(answer) == {"2026/2026-01": 1, "2026/2026-02": 1}


def test_texts_come_by_size_dates_numbers_and_truth_values_by_their_order():
    assert list(totals(report(having("plan", "B", "A", "A", None, None, None), by("plan")))) == [
        "A",
        "B",
        "(empty)",
    ]
    assert list(totals(report(having("plan", "b", "É", "a"), by("plan")))) == ["a", "b", "É"]
    assert list(totals(report(having("score", 10, 9, 10, -1.5), by("score")))) == ["-1.5", "9", "10"]
    assert list(totals(report(having("vip", True, True, False), by("vip")))) == ["false", "true"]
    days = having("since", "2026-02-01", "2026-02-02", "2025-12-31")
    assert list(totals(report(days, by("since", unit="month")))) == ["2025-12", "2026-02"]


def test_columns_come_in_the_usual_order_with_the_others_last():
    customers = having("plan", "A", "B", "B", "C", None)
    answer = report(customers, by("city"), subdivisions=(split_by("plan", top=Top(2)),))
    assert cells(answer) == ["B", "A", "(empty)", "Others (1)"]


def test_rows_are_sorted_by_a_column():
    customers = [{"plan": plan, "city": city} for plan, city in ("AX", "AY", "AY", "BX", "BX", "BX", "CY")]
    subdivisions = (split_by("city"),)
    by_x = report(customers, by("plan"), subdivisions=subdivisions, sort=Sort("X", descending=True))
    assert list(totals(by_x)) == ["B", "A", "C"]
    by_y = report(customers, by("plan", sort=Sort("Y", descending=True)), subdivisions=subdivisions)
    assert list(totals(by_y)) == ["A", "C", "B"]


def test_the_top_by_a_column_is_the_largest_there():
    customers = [{"plan": plan, "city": city} for plan, city in ("AX", "AX", "AX", "BY", "BY", "CY")]
    sort = Sort("Y", descending=True)
    answer = report(customers, by("plan", sort=sort, top=Top(1)), subdivisions=(split_by("city"),))
    assert totals(answer) == {"B": 2, "Others (2)": 4}


def test_a_column_that_is_gone_is_told_of():
    answer = report(having("plan", "A"), by("plan", sort=Sort("gone")))
    assert [warning["code"] for warning in answer["warnings"]] == ["sort_column_missing"]
    assert totals(answer) == {"A": 1}


def test_what_has_no_number_comes_last_in_both_directions():
    customers = [{"plan": "A", "amount": Decimal(1)}, {"plan": "B"}, {"plan": "C", "amount": Decimal(-2)}]
    for descending, order in ((True, ["A", "C", "B"]), (False, ["C", "A", "B"])):
        sort = Sort("total", descending)
        assert list(totals(report(customers, by("plan", sort=sort), total=Total("sum", "amount")))) == order


def test_percentages_are_of_row_column_and_everything():
    customers = [{"plan": plan, "city": city} for plan, city in ("AX", "AX", "AY", "BY")]
    answer = report(
        customers, by("plan"), subdivisions=(split_by("city"),), percent=("row", "column", "total")
    )
    assert answer["rows"][0]["percent"] == {
        "row": {"X": 66.6667, "Y": 33.3333},
        "column": {"X": 100.0, "Y": 50.0, "total": 75.0},
        "total": {"X": 50.0, "Y": 25.0, "total": 75.0},
    }
    assert answer["grand"]["percent"]["column"] == {"X": 100.0, "Y": 100.0, "total": 100.0}


def test_there_is_no_part_of_nothing():
    customers = [{"plan": "A", "amount": Decimal(1)}, {"plan": "A", "amount": Decimal(-1)}, {"plan": "B"}]
    answer = report(
        customers, by("plan", sort=Sort("value")), total=Total("sum", "amount"), percent=("total",)
    )
    assert [row["percent"]["total"]["total"] for row in answer["rows"]] == [None, None]


def test_two_values_of_one_name_stand_as_they_are_spelled():
    how = {"split": ("a", "b"), "rename": {"a": "X", "b": "X"}}
    for values in (("a", "b"), ("b", "a")):
        answer = report(having("plan", *values), by("plan", **how), subdivisions=(split_by("plan", **how),))
        assert cells(answer) == ["X", "X (2)"]
        assert [row["spellings"]["plan"] for row in answer["rows"]] == [{"a": 1}, {"b": 1}]
        assert [row["cells"]["X"] for row in answer["rows"]] == [1, 0]
