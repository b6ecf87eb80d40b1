"""The fields of live customers, and those of an upload, which are the same wherever they can be."""

from __future__ import annotations

import pytest

from services.reports.configuring.domain.known import (
    Known,
    Option,
    known_of_facts,
    known_of_upload,
    load_known,
)
from services.reports.configuring.domain.reading import read
from services.reports.tests.configuring.fields import FIELDS, PLAN, TAGS


def test_live_fields_are_as_customers_tells_of_them():
    options = [{"id": "o-1", "label": "Gold", "archived": True}, {"id": "o-2", "label": "Silver"}]
    facts = {
        "fields": [
            {"field": "tags", "label": "Tags", "type": "tags", "contact": False},
            {
                "field": PLAN,
                "label": "Plan",
                "type": "select",
                "archived": True,
                "options": options,
                "contact": False,
            },
        ]
    }
    assert known_of_facts(facts) == {
        "tags": Known("tags", "Tags", "tags", several=True),
        PLAN: Known(
            PLAN,
            "Plan",
            "select",
            options=(Option("o-1", "Gold", True), Option("o-2", "Silver")),
            archived=True,
        ),
    }


@pytest.mark.parametrize(
    ("field", "written", "known_as", "several"),
    [
        (PLAN, "text", "select", False),
        (TAGS, "list", "tags", True),
        ("status", "text", "status", False),
        ("source", "text", "channel", False),
        ("created_at", "datetime", "datetime", False),
        ("custom.value", "number", "number", False),
        # What does not hold what the field holds is taken as it is.
        ("custom.value", "text", "text", False),
        ("created_at", "text", "text", False),
        (PLAN, "list", "list", True),
        (TAGS, "text", "text", False),
        ("city", "text", "text", False),
    ],
)
def test_a_column_of_an_upload_is_the_field_of_its_name_if_it_can_be(field, written, known_as, several):
    known = known_of_upload([{"field": field, "type": written}], FIELDS)[field]
    assert (known.field, known.type, known.several) == (field, known_as, several)


def test_addresses_are_unified_only_if_somebody_says_so():
    facts = {"fields": [{"field": "email", "label": "E-mail", "type": "text", "contact": True}]}
    live = known_of_facts(facts)
    for fields in (live, known_of_upload([{"field": "email", "type": "text"}], live)):
        assert read({"groupings": [{"field": "email"}]}, fields).groupings[0].normalize is False
    own = known_of_upload([{"field": "mail", "type": "text", "contact": True}])
    assert not own["mail"].typed


def test_without_live_fields_columns_are_what_they_hold():
    columns = [{"field": PLAN, "label": "Plan", "type": "text"}]
    assert known_of_upload(columns) == {PLAN: Known(PLAN, "Plan", "text")}


def test_fields_reach_another_process_as_plain_json():
    assert load_known([known.dump() for known in FIELDS.values()]) == FIELDS


def test_a_column_without_any_value_may_be_of_any_field():
    columns = [
        {"field": TAGS, "type": "text", "filled": 0},
        {"field": "created_at", "type": "text", "filled": 0},
    ]
    assert known_of_upload(columns, FIELDS) == {field: FIELDS[field] for field in (TAGS, "created_at")}


def test_a_column_that_is_a_field_is_called_as_that_is_today():
    assert (
        known_of_upload([{"field": PLAN, "label": "old name", "type": "text"}], FIELDS)[PLAN].label == "Plan"
    )
