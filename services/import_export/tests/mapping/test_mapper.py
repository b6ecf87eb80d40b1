"""What the cells of a row say about a customer."""

import pytest

from services.import_export.tests.mapping.builders import a_mapper


def test_a_row_becomes_the_form_of_a_customer():
    mapped = a_mapper(["name", "email", "phone", "tags", "custom.plan"]).row(
        [" Ana Souza ", "ANA@Example.com", "(11) 98765-4321", "VIP; novo", "Gold"]
    )
    assert mapped.errors == mapped.warnings == []
    email, phone = mapped.form.pop("addresses")
    assert mapped.form == {"name": "Ana Souza", "tags": ["VIP", "novo"], "custom": {"plan": "Gold"}}
    assert (email["field"], email["space"], email["identity"]) == ("email", "email", "ana@example.com")
    assert (phone["kind"], phone["value"], phone["raw"]) == ("phone", "+5511987654321", "(11) 98765-4321")
    assert len(mapped.keys) == 2


@pytest.mark.parametrize("cells", [["", "a@x.com"], [None, "a@x.com"], ["11987654321", "a@x.com"], ["", ""]])
def test_a_row_without_a_name_is_refused(cells):
    mapped = a_mapper(["name", "email"]).row(cells)
    assert mapped.form is None
    assert [(e["column"], e["code"]) for e in mapped.errors] == [("name", "missing_name")]
