"""Several values in one cell: what writing does to them, reading undoes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.import_export.formats.domain.cells import joined
from services.import_export.mapping.domain.texts import several

HOSTILE = st.text(st.sampled_from("=+-@\t\r'\", ;\n07aé\u200f\U0001f600"), max_size=8) | st.text(max_size=8)


@given(st.lists(HOSTILE.filter(bool), max_size=5, unique=True))
def test_values_that_share_a_cell_come_apart_as_they_were(values):
    assert several(joined(values)) == values or joined(values) == ""


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (["VIP", "Gold"], "VIP, Gold"),
        (["Lisbon, Portugal", "VIP"], '"Lisbon, Portugal", VIP'),
        (['5" pipe', '"A"', "a;b"], '5" pipe, """A""", "a;b"'),
        ([" padded", "two\nlines", "a ::: b"], '" padded", "two\nlines", "a ::: b"'),
        ([], ""),
    ],
)
def test_values_with_a_separator_in_them_are_quoted(values, text):
    assert joined(values) == text
