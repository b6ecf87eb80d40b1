"""A configuration is kept by the ids of options and tags, so that it follows when they are renamed."""

from __future__ import annotations

from dataclasses import replace

from services.reports.configuring.domain.known import Option
from services.reports.configuring.domain.named import labelled, named_by_id, names_option
from services.reports.configuring.domain.reading import read
from services.reports.configuring.domain.removed import removed
from services.reports.tests.configuring.fields import FIELDS, GOLD, PLAN, REASON, SILVER, TAGS, configured

RENAMED = FIELDS | {PLAN: replace(FIELDS[PLAN], options=(Option("o-1", "Platinum"), SILVER))}
WITHOUT_GOLD = FIELDS | {PLAN: replace(FIELDS[PLAN], options=(SILVER,))}

CONFIGURATION = configured(
    {
        "field": PLAN,
        "join": {"Gold": ["Gold", "gold ", "Silver"], "Trial": ["test"]},
        "rename": {"Gold": "Best", "trial": "Test"},
        "split": ["Silver plus"],
    },
    {"field": TAGS, "split": ["VIP", "vip"], "sort": {"by": "Gold"}},
    {"field": REASON, "join": {"Gold": ["golden"]}},
    subdivisions=[
        {"field": PLAN},
        {
            "field": PLAN,
            "rules": [
                {"op": "in", "value": ["GOLD", "bronze"], "as": "Gold"},
                {"op": "equals", "value": "silver", "as": "Second"},
                {"op": "contains", "value": "Gold", "as": "Contains"},
            ],
        },
    ],
    sort={"by": "Plan: Gold"},
)
STORED = named_by_id(CONFIGURATION.dump(), FIELDS)


def test_what_is_kept_and_shown_again_means_the_same():
    shown = labelled(STORED, FIELDS)
    assert shown["groupings"][0]["join"] == {"Gold": ["Gold", "gold ", "Silver"], "Trial": ["test"]}
    assert named_by_id(shown, FIELDS) == STORED


def test_a_renamed_option_is_followed_wherever_it_is_named():
    shown = labelled(STORED, RENAMED)
    plan, *_ = shown["groupings"]
    assert plan["join"] == {"Platinum": ["Platinum", "gold ", "Silver"], "Trial": ["test"]}
    assert plan["rename"] == {"Platinum": "Best", "trial": "Test"}
    assert plan["split"] == ["Silver plus"]
    in_, equals, contains = shown["subdivisions"][1]["rules"]
    assert in_["value"] == ["Platinum", "bronze"]
    assert (equals["value"], contains["value"]) == ("Silver", "Gold")
    assert shown["sort"] == {"by": "Plan: Platinum", "descending": True}
    assert read(shown, RENAMED)


def test_names_of_classes_and_what_people_type_are_no_options():
    shown = labelled(STORED, RENAMED)
    assert shown["groupings"][2]["join"] == {"Gold": ["golden"]}
    assert shown["subdivisions"][1]["rules"][0]["as"] == "Gold"


def test_a_renamed_tag_is_followed():
    renamed = FIELDS | {TAGS: replace(FIELDS[TAGS], options=(Option("t-1", "Very important"),))}
    assert labelled(STORED, renamed)["groupings"][1]["split"] == ["Very important", "vip"]


def test_the_column_that_it_is_sorted_by_is_followed():
    stored = named_by_id(
        configured({"field": REASON, "sort": {"by": "Gold"}}, subdivision={"field": PLAN}).dump(), FIELDS
    )
    assert labelled(stored, RENAMED)["groupings"][0]["sort"] == {"by": "Platinum", "descending": True}


def test_an_option_that_is_gone_keeps_its_last_label_and_says_so():
    shown = labelled(STORED, WITHOUT_GOLD)
    assert shown["groupings"][0]["rename"] == {"Gold": "Best", "trial": "Test"}
    assert shown["sort"]["by"] == "Plan: Gold"
    assert [(each["pointer"], each["code"], each["name"]) for each in removed(STORED, WITHOUT_GOLD)] == [
        ("/configuration/groupings/0", "option_removed", "Gold"),
        ("/configuration/subdivisions/1", "option_removed", "Gold"),
    ]


def test_a_field_that_is_gone_or_archived_is_told():
    fields = {key: known for key, known in FIELDS.items() if key != PLAN}
    fields[TAGS] = replace(FIELDS[TAGS], archived=True)
    assert [(each["pointer"], each["code"], each["name"]) for each in removed(STORED, fields)] == [
        ("/configuration/groupings/0/field", "field_removed", PLAN),
        ("/configuration/groupings/1/field", "field_archived", "Tags"),
        ("/configuration/subdivisions/0/field", "field_removed", PLAN),
        ("/configuration/subdivisions/1/field", "field_removed", PLAN),
    ]
    assert labelled(STORED, fields)["groupings"][0]["join"] == {
        "Gold": ["Gold", "gold ", "Silver"],
        "Trial": ["test"],
    }


def test_the_field_of_the_total_may_be_gone_too():
    stored = named_by_id(
        configured({"field": REASON}, total={"op": "sum", "field": "custom.value"}).dump(), FIELDS
    )
    fields = {key: known for key, known in FIELDS.items() if key != "custom.value"}
    assert [each["pointer"] for each in removed(stored, fields)] == ["/configuration/total/field"]
    assert removed(stored, FIELDS) == []


def test_whoever_renames_an_option_learns_of_those_that_name_it():
    assert names_option(STORED, {GOLD.id})
    assert names_option(STORED, {"t-1"})
    assert not names_option(STORED, {"o-3", "Gold"})
    assert not names_option(
        named_by_id(configured({"field": REASON, "split": ["Gold"]}).dump(), FIELDS), {GOLD.id}
    )
