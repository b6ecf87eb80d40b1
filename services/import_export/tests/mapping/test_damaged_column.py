"""A column of numbers that a spreadsheet has damaged is still that column: its rows are refused."""

from __future__ import annotations

import pytest

from services.import_export.mapping.domain.suggestion import suggest
from services.import_export.tests.mapping.builders import columns, facts


@pytest.mark.parametrize(("header", "target"), [("Celular", "phone"), ("WhatsApp", "whatsapp")])
def test_damaged_numbers_are_numbers(header: str, target: str):
    damaged = columns(["Nome", header], ["Rui", "5,51199E+12"], ["Ana", "5,51198E+12"])
    assert [entry["to"] for entry in suggest(damaged, facts())["columns"]] == ["name", target]
