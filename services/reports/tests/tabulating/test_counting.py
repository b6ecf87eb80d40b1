"""Customers are counted once, whatever they have."""

from decimal import Decimal

import pytest

from services.reports.configuring.domain.model import Rule, Sort, Top, Total
from services.reports.tests.tabulating.asking import by, having, report, split_by, totals

TAGGED = [
    {"tags": ["VIP", "vip "], "plan": "Gold"},
    {"tags": ["VIP", "New"], "plan": "Gold"},
    {"tags": [], "plan": "Free"},
]


def test_a_customer_with_two_spellings_of_one_value_counts_once():
    answer = report(TAGGED, by("tags", normalize=True))
    assert totals(answer) == {"VIP": 2, "New": 1, "(empty)": 1}
    assert (answer["grand_total"], answer["customers"]) == (3, 3)


def test_mentions_count_every_value_and_the_grand_total_is_customers_all_the_same():
    answer = report(TAGGED, by("tags", normalize=True, mentions=True))
    assert totals(answer) == {"VIP": 3, "New": 1, "(empty)": 1}
    assert (answer["grand_total"], answer["grand"]["mentions"]) == (3, 5)
    assert [row["customers"] for row in answer["rows"]] == [2, 1, 1]


def test_percentages_of_mentions_are_shares_of_all_mentions():
    answer = report(TAGGED, by("tags", normalize=True, mentions=True), percent=("column", "total"))
    assert [row["percent"]["total"]["total"] for row in answer["rows"]] == [60.0, 20.0, 20.0]
    assert [row["percent"]["column"]["total"] for row in answer["rows"]] == [60.0, 20.0, 20.0]


def test_a_subtotal_counts_each_customer_once():
    answer = report(TAGGED, by("plan"), by("tags"), subtotals=True)
    assert [(row["level"], row["labels"], row["total"]) for row in answer["rows"]] == [
        (1, ["Gold"], 2),
        (2, ["Gold", "VIP"], 2),
        (2, ["Gold", "New"], 1),
        (2, ["Gold", "vip "], 1),
        (1, ["Free"], 1),
        (2, ["Free", "(empty)"], 1),
    ]


def test_the_others_count_each_customer_once():
    answer = report(TAGGED, by("tags", top=Top(1)))
    assert totals(answer) == {"VIP": 2, "(empty)": 1, "Others (2)": 2}
    assert report(TAGGED[:1] * 3, by("tags", top=Top(1)))["rows"][1]["total"] == 3


def test_without_others_the_rest_is_not_shown_and_still_counts_in_the_whole():
    answer = report(having("plan", "A", "A", "B", "C"), by("plan", top=Top(1, others=False)))
    assert totals(answer) == {"A": 2}
    assert answer["grand_total"] == 4


def test_the_top_is_taken_within_each_group_above():
    customers = [{"plan": plan, "city": city} for plan, city in ("AX", "AX", "AY", "BY", "BY", "BX")]
    answer = report(customers, by("plan"), by("city", top=Top(1, others=False)))
    assert totals(answer) == {"A/X": 2, "B/Y": 2}


def test_the_top_of_the_report_is_that_of_the_first_grouping():
    answer = report(having("plan", "A", "A", "B"), by("plan"), by("city"), top=Top(1))
    assert totals(answer) == {"A/(empty)": 2, "Others (1)/(empty)": 1}
    assert [row.get("others") for row in answer["rows"]] == [None, True]


def test_the_largest_are_the_top_even_where_dates_follow_one_another():
    days = ("2026-01-05", "2026-02-01", "2026-02-03", "2026-03-01", "2026-03-09")
    answer = report(having("since", *days), by("since", unit="month", top=Top(2, others=False)))
    assert totals(answer) == {"2026-02": 2, "2026-03": 2}


@pytest.mark.parametrize(
    ("op", "total", "grand"),
    [("sum", 0.3, 10.3), ("average", 0.15, 103 / 30), ("min", 0.1, 0.1), ("max", 0.2, 10)],
)
def test_numbers_are_told_exactly_and_those_without_one_are_left_out(op, total, grand):
    customers = [
        {"plan": "A", "amount": Decimal("0.1")},
        {"plan": "A", "amount": Decimal("0.2")},
        {"plan": "A", "amount": None},
        {"plan": "B", "amount": Decimal("10.0")},
        {"plan": "C", "amount": None},
    ]
    answer = report(customers, by("plan", sort=Sort("value")), total=Total(op, "amount"))
    assert totals(answer) == {"A": total, "B": 10, "C": None}
    assert answer["grand_total"] == grand
    assert answer["columns"][-1]["label"].endswith(" of Amount")


def test_a_whole_number_is_written_without_decimals():
    [row] = report([{"amount": Decimal("1.50")}] * 2, by("plan"), total=Total("sum", "amount"))["rows"]
    assert repr(row["total"]) == "3"


def test_an_amount_counts_once_in_each_of_a_customers_groups_and_once_in_all():
    customers = [{"tags": ["A", "B"], "amount": Decimal(5)}]
    answer = report(customers, by("tags"), total=Total("sum", "amount"))
    assert (totals(answer), answer["grand_total"]) == ({"A": 5, "B": 5}, 5)


def test_a_blank_value_is_none_and_beside_others_it_is_nothing():
    answer = report([{"tags": [" ", "A"]}, {"tags": [""]}], by("tags"))
    assert totals(answer) == {"A": 1, "(empty)": 1}
    assert totals(report(having("plan", " ", None), by("plan"))) == {"(empty)": 2}


def test_rules_make_columns_in_their_order_and_every_customer_is_in_one():
    rules = (Rule("contains", "Price", "expensive"), Rule("is_not_set", "Unknown"))
    customers = having("plan", "too expensive", "Expensive!", "no time", None)
    answer = report(customers, by("city"), subdivisions=(split_by("plan", rules=rules, default="Other"),))
    assert answer["rows"][0]["cells"] == {"Price": 2, "Unknown": 1, "Other": 1}
    assert list(answer["rows"][0]["cells"]) == ["Price", "Unknown", "Other"]


def test_a_customer_counts_once_in_each_class_of_their_values():
    rules = (Rule("starts_with", "V", "v"),)
    customers = [{"tags": ["VIP", "Vegan", "New"]}, {"tags": ["New"]}, {"tags": []}]
    answer = report(customers, by("plan"), subdivisions=(split_by("tags", rules=rules),))
    assert answer["grand"]["cells"] == {"V": 1, "(empty)": 2}


def test_nobody_is_a_table_without_rows():
    answer = report([], by("plan"), by("tags"), subdivisions=(split_by("city"),), percent=("row", "column"))
    assert (answer["rows"], answer["grand_total"], answer["customers"]) == ([], 0, 0)
    assert report([], by("plan"), total=Total("sum", "amount"))["grand_total"] is None
