"""The same table as rows, as a tree, as a chart, as a file."""

import csv
import io
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from servicekit import jsonio
from services.reports.configuring.domain.model import Sort, Top, Total
from services.reports.tabulating.domain.as_csv import to_csv
from services.reports.tabulating.domain.limits import MAX_POINTS
from services.reports.tests.tabulating.asking import by, having, report, split_by

CUSTOMERS = [{"plan": plan, "city": city} for plan, city in ("AX", "AX", "AY", "BY")]


def lines(answer):
    return list(csv.reader(io.StringIO(to_csv(answer).removeprefix("\ufeff"), newline="")))


def test_the_tree_begins_with_everything():
    answer = report(CUSTOMERS, by("plan"), by("city"), shape="tree", percent=("total",))
    tree = answer["tree"]
    assert "rows" not in answer
    assert (tree["level"], tree["value"], tree["total"], tree["customers"]) == (0, None, 4, 4)
    first = tree["children"][0]
    assert (first["level"], first["value"], first["label"], first["total"]) == (1, "A", "A", 3)
    assert [(node["label"], node["total"]) for node in first["children"]] == [("X", 2), ("Y", 1)]
    assert first["children"][0]["children"] == []


def test_leaves_of_the_tree_are_the_rows():
    how = {"subdivisions": (split_by("city"),), "percent": ("row",)}
    groupings = by("plan", top=Top(1)), by("city")
    tree = report(CUSTOMERS, *groupings, shape="tree", **how)["tree"]
    leaves = [leaf for node in tree["children"] for leaf in node["children"]]
    rows = report(CUSTOMERS, *groupings, **how)["rows"]
    assert [leaf["cells"] for leaf in leaves] == [row["cells"] for row in rows]
    assert [leaf["percent"] for leaf in leaves] == [row["percent"] for row in rows]


def test_an_answer_is_plain_json():
    how = {"subdivisions": (split_by("city", top=Top(1)),), "percent": ("row", "column", "total")}
    for shape in (None, "tree"):
        answer = report(CUSTOMERS, by("plan", top=Top(1)), by("tags", mentions=True), shape=shape, **how)
        assert jsonio.loads(jsonio.dumps(answer)) == answer


def test_a_chart_shows_the_outermost_groups_with_the_first_subdivision():
    answer = report(CUSTOMERS, by("plan"), by("city"), subdivisions=(split_by("city"), split_by("plan")))
    assert answer["chart"] == {
        "kind": "stacked_bar",
        "labels": ["A", "B"],
        "series": [{"name": "X", "data": [2, 0]}, {"name": "Y", "data": [1, 1]}],
    }
    assert report(CUSTOMERS, by("plan"))["chart"] == {
        "kind": "bar",
        "labels": ["A", "B"],
        "series": [{"name": "Total", "data": [3, 1]}],
    }


def test_bars_of_customers_who_are_in_several_columns_are_not_stacked():
    answer = report([{"tags": ["A", "B"]}], by("plan"), subdivisions=(split_by("tags"),))
    assert answer["chart"]["kind"] == "bar"


def test_dates_are_a_line_of_the_latest_ones_in_their_order():
    days = [f"20{year:02}-01-01" for year in range(MAX_POINTS + 10)]
    answer = report(having("since", *days, None), by("since", unit="year", sort=Sort("total", True)))
    chart = answer["chart"]
    assert chart["kind"] == "line"
    assert chart["labels"] == [day[:4] for day in days[-MAX_POINTS:]]


def test_a_file_has_a_line_for_each_row_and_the_whole_last():
    answer = report(CUSTOMERS, by("plan"), by("city"), subtotals=True, percent=("total",))
    assert lines(answer) == [
        ["Plan", "City", "Total", "Total (% of total)"],
        ["A total", "", "3", "75.0"],
        ["A", "X", "2", "50.0"],
        ["A", "Y", "1", "25.0"],
        ["B total", "", "1", "25.0"],
        ["B", "Y", "1", "25.0"],
        ["Total", "", "4", "100.0"],
    ]


def test_a_file_opens_as_it_is_meant():
    text = to_csv(report(CUSTOMERS, by("plan")), separator=";")
    assert text.startswith('\ufeff"Plan";"Total"\r\n')
    assert text.endswith("Total;4\r\n")


def test_no_text_of_a_file_is_run():
    customers = having("plan", "=1+1", "@SUM(A1)", "-1", "\tx") + having("city", "+1+1")
    answer = report(customers, by("plan"), subdivisions=(split_by("city", rename={"+1+1": "=2"}),))
    header, *rows = lines(answer)
    assert header == ["Plan", "'=2", "(empty)", "Total"]
    assert {row[0] for row in rows} == {"'=1+1", "'@SUM(A1)", "'-1", "'\tx", "(empty)", "Total"}


HOSTILE = st.text(st.sampled_from("=+-@\t\r\n'\";,07aé\u200f"), max_size=6) | st.text(max_size=6)


@settings(max_examples=50, deadline=None)
@given(st.lists(HOSTILE, max_size=6), st.sampled_from([",", ";"]))
def test_nothing_that_anybody_typed_is_run(texts, separator):
    customers = [{"plan": text, "city": text, "tags": [text]} for text in texts]
    groupings = by("plan"), by("tags", normalize=True)
    answer = report(customers, *groupings, subdivisions=(split_by("city"),), subtotals=True, percent=("row",))
    text = to_csv(answer, separator=separator).removeprefix("\ufeff")
    written = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    assert {len(line) for line in written} == {len(written[0])}
    assert len(written) == len(answer["rows"]) + 2
    for cell in (cell for line in written for cell in line):
        assert cell[:1] not in set("=+-@\t\r") or (cell[0] == "+" and cell[1:].isdecimal())


def test_numbers_of_a_file_are_numbers():
    customers = [{"score": -1.5, "amount": Decimal("0.0000001")}, {"score": -2}]
    answer = report(customers, by("score"), total=Total("sum", "amount"))
    assert lines(answer)[1:] == [["-2", ""], ["-1.5", "0.0000001"], ["Total", "0.0000001"]]
    renamed = report(customers, by("score", rename={"-2": "=2"}))
    assert [line[0] for line in lines(renamed)[1:]] == ["'=2", "-1.5", "Total"]
