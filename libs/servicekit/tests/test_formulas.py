"""Text in cells that a spreadsheet would run: what writing does to it, reading undoes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.formulas import guarded, kept, unguarded

HOSTILE = st.text(st.sampled_from("=+-@\t\r'\", ;\n07aé\u200f\U0001f600"), max_size=8) | st.text(max_size=8)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1+1", "'+1+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("'Hooft", "''Hooft"),
        ("+5511987654321", "+5511987654321"),
        ("+", "'+"),
        ("+551198765\n", "'+551198765\n"),
        ("+١٢٣", "'+١٢٣"),
        ("007", "007"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_text_that_a_spreadsheet_would_run_begins_with_an_apostrophe(text, written):
    assert guarded(text) == written


@pytest.mark.parametrize("text", ["'Hooft", "'s-Hertogenbosch", "'", "'+5511987654321", "O'Neill"])
def test_reading_leaves_an_apostrophe_that_somebody_typed(text):
    assert unguarded(text) == text


@pytest.mark.parametrize(("text", "written"), [("=1", "=1"), ("'Hooft", "'Hooft"), ("'=1", "''=1")])
def test_a_workbook_protects_only_what_reading_would_change(text, written):
    assert kept(text) == written


@given(HOSTILE)
def test_what_is_read_is_what_was_written(text):
    assert unguarded(guarded(text)) == text
    assert unguarded(kept(text)) == text


@given(HOSTILE)
def test_nothing_that_is_written_to_a_csv_file_is_run(text):
    written = guarded(text)
    assert written[:1] not in set("=+-@\t\r") or (written[0] == "+" and written[1:].isdecimal())
