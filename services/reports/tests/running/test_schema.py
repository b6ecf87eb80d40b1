"""What a form is told before anything is chosen in it."""

import pytest

from servicekit.errors import Forbidden
from services.reports.tests.company import Company


def test_each_field_knows_what_a_rule_may_ask_of_it(company: Company):
    told = company.service.report_schema(company.admin)
    fields = {each["field"]: each for each in told["fields"]}
    assert "contains" in fields["custom.plan"]["rules"]
    assert "contains" not in fields["custom.value"]["rules"]
    assert {"gte", "between", "is_set"} <= set(fields["custom.value"]["rules"])
    assert told["aliases"] == ["countries", "brazilian_states", "us_states"]
    assert (told["limits"]["groupings"], told["limits"]["subdivisions"]) == (4, 3)


def test_connectors_are_told_of_no_field(company: Company):
    with pytest.raises(Forbidden):
        company.service.report_schema(
            {"user_id": company.admin["user_id"], "role": "connector", "team_ids": []}
        )
