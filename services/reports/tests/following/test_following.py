"""What an old label means today, whatever order the renames are told in."""

from __future__ import annotations

import itertools
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.events import BadEvent
from servicekit.events.cloudevent import Event
from servicekit.ids import new_id
from services.reports.following.domain.rename import Present, labels_of_today, present_label
from services.reports.following.repository import former_labels
from services.reports.tests.company import Company, tag_renamed

PLAN = "custom.plan"


def former(company: Company, **today: list[str]) -> dict[str, dict[str, str]]:
    with company.db.reading() as connection:
        return former_labels(connection, {PLAN: today.get("plan", []), "tags": today.get("tags", [])})


def test_a_file_that_is_older_than_a_rename_means_the_label_of_today(company: Company):
    company.hear(company.rename_option("Gold", "Golden"))
    assert former(company) == {PLAN: {"gold": "Golden"}}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_renames_are_told_in_any_order_and_twice(company: Company, order: tuple[int, ...]):
    tag = str(new_id())
    steps = ["VIP", "Important", "Very important", "Top"]
    events = [
        tag_renamed(before, after, tag=tag, revision=n)
        for n, (before, after) in enumerate(itertools.pairwise(steps), start=2)
    ]
    for place in (*order, *order):
        company.hear(events[place])
    names = dict.fromkeys(["vip", "important", "very important"], "Top")
    assert former(company) == {"tags": names}


def test_what_was_joined_means_what_it_was_joined_to_and_is_called_as_that_is(company: Company):
    silver = company.customers.option("Silver")
    joined = company.rename_option("Gold", "Silver", joined_to=silver)
    company.hear(company.rename_option("Silver", "Plain", revision=3), joined)
    assert former(company) == {PLAN: {"gold": "Plain", "silver": "Plain"}}


def test_what_something_is_called_today_means_that(company: Company):
    company.hear(company.rename_option("Gold", "Golden"))
    assert former(company, plan=["GOLD", "Golden"]) == {}


def test_what_several_were_called_means_none_of_them(company: Company):
    company.hear(tag_renamed("VIP", "Top"), tag_renamed("VIP", "Rich"))
    assert former(company) == {}


def test_templates_follow_a_tag(company: Company):
    configuration = {
        "groupings": [
            {"field": "tags", "join": {"Best": ["VIP", "gold"]}, "split": ["vip"], "rename": {"VIP": "VIP"}},
            {"field": "custom.reason", "split": ["VIP"]},
        ]
    }
    company.customers.tag("VIP")
    made = company.keep("Tags", configuration)
    company.hear(company.rename_tag("VIP", "Very important"))
    tags, reason = company.get(made)["configuration"]["groupings"]
    assert tags["join"] == {"Best": ["Very important", "gold"]}
    assert tags["split"] == ["vip"]  # a spelling of its own
    assert tags["rename"] == {"Very important": "VIP"}
    assert reason["split"] == ["VIP"]
    assert company.get(made)["version"] == made["version"]


def test_filters_of_templates_follow_options_and_tags(company: Company):
    leaves = [
        {"field": "tags", "op": "any_of", "value": ["vip", "new"]},
        {"field": "custom.plan", "op": "eq", "value": "gold"},
        {"field": "custom.reason", "op": "eq", "value": "VIP"},
    ]
    company.customers.tag("VIP")
    made = company.keep("Some", source={"filter": {"or": leaves}})
    company.hear(company.rename_tag("VIP", "Top"))
    values = [leaf["value"] for leaf in company.get(made)["source"]["filter"]["or"]]
    assert values == [["Top", "new"], company.customers.option("Gold"), "VIP"]


def test_what_names_nothing_is_parked(company: Company):
    with pytest.raises(BadEvent):
        company.hear(Event("tag.renamed.v1", {"id": "x", "previous_name": "a", "name": "b"}))


ids = st.sampled_from([UUID(int=n) for n in range(1, 6)])
presents = st.dictionaries(ids, st.builds(Present, st.sampled_from("abc"), st.none() | ids))


@given(presents, ids)
def test_joins_in_a_circle_come_to_an_end(present: dict[UUID, Present], start: UUID):
    label = present_label(start, present)
    assert label is None or label in {each.label for each in present.values()}


@given(
    st.dictionaries(st.sampled_from("abcd"), st.sets(ids, max_size=3)),
    presents,
    st.sets(st.sampled_from("abcd")),
)
def test_no_label_of_today_means_something_else(
    known: dict[str, set[UUID]], present: dict[UUID, Present], today: set[str]
):
    found = labels_of_today(known, present, today)
    assert found.keys().isdisjoint(today)
    assert all(old != new for old, new in found.items())
