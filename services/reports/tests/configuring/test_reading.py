"""What people send, and what it means when they leave most of it out."""

from __future__ import annotations

import pytest

from services.reports.configuring.domain.known import Known
from services.reports.configuring.domain.model import (
    Configuration,
    Grouping,
    Rule,
    Sort,
    Subdivision,
    Top,
    Total,
)
from services.reports.configuring.domain.reading import read
from services.reports.tests.configuring.fields import PLAN, REASON, TAGS, configured


def test_one_grouping_is_enough_and_customers_are_counted():
    assert configured({"field": REASON}) == Configuration(
        groupings=(Grouping(field=REASON, normalize=True),), total=Total("count")
    )


@pytest.mark.parametrize(
    ("field", "normalize", "unit"),
    [
        (REASON, True, None),
        (PLAN, False, None),
        (TAGS, False, None),
        ("status", False, None),
        ("created_at", None, "month"),
        ("custom.value", None, None),
        ("custom.paid", None, None),
    ],
)
def test_what_people_type_is_unified_and_what_they_choose_is_not(field, normalize, unit):
    grouping = configured({"field": field}).groupings[0]
    assert (grouping.normalize, grouping.unit) == (normalize, unit)


def test_whoever_says_so_gets_it_otherwise():
    configuration = configured(
        {"field": REASON, "normalize": False},
        {"field": PLAN, "normalize": True},
        {"field": "created_at", "unit": "week"},
    )
    assert [each.normalize for each in configuration.groupings] == [False, True, None]
    assert configuration.groupings[2].unit == "week"


def test_to_normalize_a_number_or_a_date_means_nothing_and_does_no_harm():
    configuration = configured(
        {"field": "custom.value", "normalize": True}, {"field": "created_at", "normalize": False}
    )
    assert [each.normalize for each in configuration.groupings] == [None, None]


def test_the_source_is_the_channel_by_another_name():
    assert configured({"field": "source"}).groupings[0].field == "channel"


def test_a_file_whose_column_is_called_source_is_grouped_by_it():
    fields = {"source": Known("source", "Source", "channel")}
    assert read({"groupings": [{"field": "channel"}]}, fields).groupings[0].field == "source"


def test_spellings_are_kept_as_they_are_written_with_their_spaces():
    grouping = configured(
        {
            "field": REASON,
            "join": {" Price ": ["caro ", "too  expensive"], "Later": ["depois"]},
            "split": ["VIP "],
            "rename": {"outro": " Other reason "},
        }
    ).groupings[0]
    assert grouping.join == {"Price": ("caro ", "too  expensive"), "Later": ("depois",)}
    assert grouping.split == ("VIP ",)
    assert grouping.rename == {"outro": "Other reason"}


def test_a_spelling_may_have_several_lines():
    grouping = configured({"field": REASON, "join": {"Price": ["caro\ne ruim\t"]}}).groupings[0]
    assert grouping.join == {"Price": ("caro\ne ruim\t",)}


def test_numbers_may_be_joined_as_they_are_written():
    grouping = configured({"field": "custom.value", "join": {"few": [1, 2.0, "3"]}}).groupings[0]
    assert grouping.join == {"few": ("1", "2", "3")}


def test_a_top_is_a_number_or_says_whether_the_rest_is_shown():
    assert configured({"field": REASON}, top=5).top == Top(5, others=True)
    assert configured({"field": REASON}, top={"n": 5, "others": False}).top == Top(5, others=False)
    assert configured({"field": REASON, "top": 3}).groupings[0].top == Top(3, others=True)


def test_sorted_by_a_total_the_largest_come_first_and_by_value_the_first():
    assert configured({"field": REASON}, sort={"by": "total"}).sort == Sort("total", descending=True)
    assert configured({"field": REASON}, sort={"by": "Gold"}).sort == Sort("Gold", descending=True)
    assert configured({"field": REASON}, sort={"by": "value"}).sort == Sort("value", descending=False)
    assert configured({"field": REASON}, sort={"by": "total", "descending": False}).sort == Sort(
        "total", False
    )


def test_one_subdivision_may_be_said_without_a_list():
    assert configured({"field": REASON}, subdivision={"field": PLAN}) == configured(
        {"field": REASON}, subdivisions=[{"field": PLAN}]
    )


def test_rules_are_of_what_the_field_holds():
    rules = [
        {"op": "contains", "value": " preço ", "as": "Price"},
        {"op": "in", "value": ["depois", "later"], "as": "Time"},
        {"op": "is_not_set", "as": "Unknown"},
    ]
    subdivision = configured({"field": PLAN}, subdivision={"field": REASON, "rules": rules}).subdivisions[0]
    assert subdivision == Subdivision(
        field=REASON,
        rules=(
            Rule("contains", "Price", "preço"),
            Rule("in", "Time", ("depois", "later")),
            Rule("is_not_set", "Unknown"),
        ),
        default="Other",
    )


def test_without_a_default_is_said_with_null():
    rules = [{"op": "is_set", "as": "Told"}]
    for told, default in (({}, "Other"), ({"default": None}, None), ({"default": "Rest"}, "Rest")):
        subdivision = {"field": REASON, "rules": rules, **told}
        assert configured({"field": PLAN}, subdivision=subdivision).subdivisions[0].default == default


def test_rules_about_dates_name_days():
    rules = [{"op": "between", "value": ["2026-01-01", "2026-06-30"], "as": "First half"}]
    subdivision = configured(
        {"field": PLAN}, subdivision={"field": "created_at", "rules": rules}
    ).subdivisions[0]
    assert subdivision.unit == "day"
    assert subdivision.rules == (Rule("between", "First half", ("2026-01-01", "2026-06-30")),)


def test_percentages_are_one_or_several():
    assert configured({"field": REASON}, percent="row").percent == ("row",)
    assert configured({"field": REASON}, percent=["total", "row"]).percent == ("row", "total")


def test_what_is_null_is_as_good_as_left_out():
    nothing = dict.fromkeys(("total", "subdivisions", "subdivision", "sort", "top", "percent", "time_zone"))
    part = dict.fromkeys(("unit", "normalize", "aliases", "join", "split", "rename", "count", "sort", "top"))
    assert configured({"field": REASON, **part}, **nothing) == configured({"field": REASON})


def test_a_field_may_be_grouped_by_twice_if_it_is_put_together_otherwise():
    years = configured({"field": "created_at", "unit": "year"}, {"field": "created_at", "unit": "month"})
    assert [each.unit for each in years.groupings] == ["year", "month"]
