"""Headers of an export are those by which an import knows its columns."""

from __future__ import annotations

from services.import_export.exporting.domain.requests import headed


def test_a_custom_field_that_is_called_like_another_column_says_its_key() -> None:
    columns = [
        {"key": "phone", "label": "Phone"},
        {"key": "custom.plan", "label": "Plan"},
        {"key": "custom.tel", "label": "Telephone"},
        {"key": "custom.second", "label": "PHONE"},
    ]
    labels = {each["key"]: each["label"] for each in headed(columns)}
    assert labels["phone"] == "Phone"
    assert labels["custom.plan"] == "Plan"
    assert labels["custom.second"] == "PHONE (custom.second)"
