"""Reading what somebody typed."""

from __future__ import annotations

from functools import partial

import pytest

from servicekit.errors import Invalid
from servicekit.forms import Wrong, read_flag, read_form, read_text

READERS = {"title": partial(read_text, longest=5), "done": read_flag}


def test_what_was_given_is_read_and_nothing_else_is_there():
    assert read_form({"title": " a ", "done": False}, READERS) == {"title": "a", "done": False}
    assert read_form({}, READERS) == {}


def test_everything_that_is_wrong_is_named_at_once():
    with pytest.raises(Invalid) as refused:
        read_form({"title": "too long", "done": 1, "a/b": None}, READERS)
    found = {error["pointer"]: error["code"] for error in refused.value.payload["errors"]}
    assert found == {"/title": "too_long", "/done": "invalid_type", "/a~1b": "unknown_property"}


@pytest.mark.parametrize("value", [None, "", "  \n\t "])
def test_a_text_says_something(value):
    with pytest.raises(Wrong, match="required"):
        read_text(value, longest=5, lines=True)


@pytest.mark.parametrize("value", [1, True, [], {}])
def test_what_is_no_text_is_not_made_one(value):
    with pytest.raises(Wrong, match="invalid_type"):
        read_text(value, longest=5)


@pytest.mark.parametrize(
    "character", ["\x00", "\x07", "\x0b", "\r", "\x1b", "\x7f", "\x9f", "\ud800", "\uffff"]
)
def test_controls_are_in_no_text(character):
    for lines in (False, True):
        with pytest.raises(Wrong, match="invalid_characters"):
            read_text(f"a{character}b", longest=5, lines=lines)


def test_lines_and_tabs_are_in_a_text_of_lines_only():
    assert read_text("a\r\n\tb\nc", longest=10, lines=True) == "a\n\tb\nc"
    for character in "\n\t\u2028":
        with pytest.raises(Wrong, match="invalid_characters"):
            read_text(f"a{character}b", longest=5)


def test_a_text_is_as_long_as_what_is_kept_of_it():
    assert read_text("  12345  ", longest=5) == "12345"
    assert read_text("👩‍👩‍👧", longest=5) == "👩‍👩‍👧"
    with pytest.raises(Wrong, match="too_long"):
        read_text("123456", longest=5)
