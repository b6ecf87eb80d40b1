"""Arrays as PostgreSQL writes them, as the codes of a frame."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.packed import lists_of
from services.customers.reporting.domain import lists as module
from services.customers.reporting.domain.frames import frame_of
from services.customers.reporting.domain.lists import Lists, elements_of

TAGS = SimpleNamespace(name="tags", known=SimpleNamespace(label="Tags"), kind="list", several=True)
NAMES = {"1": "VIP", "2": "VIP", "3": "new", "4": None}  # joined tags have one name, some have none


def written(lists: list[list[str]]) -> str:
    return "".join("{" + ",".join(each) + "}" for each in lists)


def told(arrays: str, groups: int) -> list[list[str]]:
    """Of each group the names."""
    asked: Any = SimpleNamespace(columns=[TAGS], measure=None)
    frame = frame_of(asked, [Lists.of(arrays, pause=int), [1] * groups], [NAMES.get])  # type: ignore[list-item]
    [column] = frame["columns"]
    return [[column["values"][code] for code in codes] for codes in lists_of(column["codes"])]


@given(
    st.lists(st.lists(st.sampled_from(["1", "2", "3", "4"]), unique=True, max_size=4), max_size=6),
    st.integers(0, 9),
)
def test_each_list_has_each_name_once(lists, piece):
    # A fixture would be that of all examples.
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "_PIECE", piece)
        check(lists)


def check(lists: list[list[str]]) -> None:
    expected = [{NAMES[tag] for tag in each} - {None} for each in lists]
    found = told(written(lists), len(lists))
    assert [set(each) for each in found] == expected
    assert [len(each) for each in found] == [len(each) for each in expected]


@pytest.mark.parametrize(("array", "elements"), [("{}", []), ("{12}", ["12"]), ("{12,7}", ["12", "7"])])
def test_one_array_comes_apart(array, elements):
    assert elements_of(array) == elements
    assert Lists.of(array, pause=int).distinct == elements


def test_no_array_is_no_list():
    assert told("", 0) == []
