"""What a configuration asks of its source."""

from __future__ import annotations

import pytest

from services.reports.configuring.domain.asking import fields_of
from services.reports.tests.configuring.fields import PLAN, REASON, configured


def test_every_field_is_asked_for_once():
    configuration = configured(
        {"field": REASON}, {"field": PLAN}, subdivision={"field": REASON, "normalize": False}
    )
    assert fields_of(configuration) == ([{"field": REASON}, {"field": PLAN}], None)


def test_a_total_measures_its_field():
    total = {"op": "average", "field": "custom.value"}
    assert fields_of(configured({"field": REASON}, total=total)) == ([{"field": REASON}], "custom.value")


@pytest.mark.parametrize(
    ("units", "asked"),
    [
        (("year", "quarter"), "quarter"),
        (("year", "month"), "month"),
        (("year", "week"), "day"),
        (("week", "month"), "day"),
        (("month", "day"), "day"),
        (("week",), "week"),
    ],
)
def test_of_a_date_the_widest_unit_is_asked_for_that_all_are_made_of(units, asked):
    groupings = [{"field": "created_at", "unit": unit} for unit in units]
    assert fields_of(configured(*groupings)) == ([{"field": "created_at", "unit": asked}], None)


def test_rules_about_a_date_need_its_days():
    rules = [{"op": "lt", "value": "2026-01-01", "as": "Old"}]
    configuration = configured(
        {"field": "created_at", "unit": "year"}, subdivision={"field": "created_at", "rules": rules}
    )
    assert fields_of(configuration) == ([{"field": "created_at", "unit": "day"}], None)
