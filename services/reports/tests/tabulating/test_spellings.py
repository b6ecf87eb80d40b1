"""What was put together is told: in each row, and for each value."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reports.configuring.domain.model import Configuration, Top
from services.reports.tabulating.domain.engine import tabulate
from services.reports.tabulating.domain.frame import Frame
from services.reports.tabulating.domain.limits import MAX_SPELLINGS
from services.reports.tests.tabulating.asking import by, having, report, split_by
from services.reports.tests.tabulating.building import frame_of


def test_a_row_tells_how_many_of_its_customers_have_each_spelling():
    customers = [{"plan": plan, "city": city} for plan, city in (("VIP", "X"), ("vip", "X"), ("VIP", "Y"))]
    first, second = report(customers, by("plan", normalize=True), by("city"))["rows"]
    assert first["spellings"] == {"plan": {"VIP": 1, "vip": 1}}
    assert second["spellings"] == {"plan": {"VIP": 1}}


def test_nothing_is_told_of_values_that_are_as_they_are_shown():
    rows = report(
        [{"plan": "VIP", "since": "2026-01-05"}], by("plan", normalize=True), by("since", unit="year")
    )
    assert rows["rows"][0]["spellings"] == {}


def test_a_renamed_value_tells_what_it_is():
    [row] = report(having("plan", "vip"), by("plan", rename={"vip": "Important"}))["rows"]
    assert (row["labels"], row["spellings"]) == (["Important"], {"plan": {"vip": 1}})


def test_a_customer_with_two_spellings_is_told_of_at_both():
    [row] = report([{"tags": ["VIP", "vip"]}], by("tags", normalize=True))["rows"]
    assert (row["total"], row["spellings"]) == (1, {"tags": {"VIP": 1, "vip": 1}})


def test_the_values_of_groupings_and_subdivisions_are_told_with_their_spellings():
    customers = having("plan", "VIP", "VIP", "vip", "Gold")
    answer = report(customers, by("plan", normalize=True, top=Top(1)), subdivisions=(split_by("plan"),))
    first, second = answer["values"]
    assert (first["at"], first["field"], first["more"]) == ("/groupings/0", "plan", 0)
    assert first["values"] == [
        {
            "value": "VIP",
            "label": "VIP",
            "customers": 3,
            "spellings": [{"value": "VIP", "customers": 2}, {"value": "vip", "customers": 1}],
            "by": "auto",
        },
        {
            "value": "Gold",
            "label": "Gold",
            "customers": 1,
            "spellings": [{"value": "Gold", "customers": 1}],
            "by": "none",
        },
    ]
    assert (second["at"], [each["value"] for each in second["values"]]) == (
        "/subdivisions/0",
        ["VIP", "Gold", "vip"],
    )


def test_of_many_spellings_the_most_frequent_are_told():
    spellings = [" ".join(["a"] * n) + "!" * n for n in range(1, MAX_SPELLINGS + 4)]
    join = {"A": tuple(spellings)}
    answer = report(having("plan", *spellings, spellings[-1]), by("plan", join=join))
    [value] = answer["values"][0]["values"]
    assert (value["customers"], value["more"], len(value["spellings"])) == (
        MAX_SPELLINGS + 4,
        3,
        MAX_SPELLINGS,
    )
    assert value["spellings"][0] == {"value": spellings[-1], "customers": 2}
    assert len(answer["rows"][0]["spellings"]["plan"]) == MAX_SPELLINGS


def test_nothing_is_told_of_rows_that_were_left_out():
    frame = Frame.load(frame_of(having("plan", "secret", "Secret ", "VIP", "secret")))
    kept = frame.where(np.array([False, False, True, False]))
    answer = tabulate(kept, Configuration(groupings=(by("plan", normalize=True),)))
    assert "ecret" not in repr(answer)
    assert answer["customers"] == 1


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "plan": st.none() | st.sampled_from(["A", "a", "B"]),
                "tags": st.lists(st.sampled_from(["x", "X", "y", "ý", ""]), max_size=3),
            }
        ),
        max_size=12,
    ),
    st.booleans(),
)
def test_spellings_are_what_counting_one_by_one_tells(customers, alike):
    frame = Frame.load(frame_of(customers, alike=alike))
    groupings = (by("tags", normalize=True), by("plan", normalize=True))
    for row in tabulate(frame, Configuration(groupings=groupings))["rows"]:
        tag, plan = row["labels"]
        inside = [each for each in customers if _has(each["tags"], tag) and _has([each["plan"]], plan)]
        for field, label in (("tags", tag), ("plan", plan)):
            told = row["spellings"].get(field, {label: None})
            for spelling, count in told.items():
                own = [each for each in inside if spelling in _listed(each[field])]
                assert count in (None, len(own))
        assert row["total"] == len(inside)


def _listed(value):
    return value if isinstance(value, list) else [value]


def _has(values, label):
    said = [value for value in values if value]
    if label == "(empty)":
        return not said
    return any(_plain(value) == _plain(label) for value in said)


def _plain(text):
    return text.lower().replace("ý", "y")
