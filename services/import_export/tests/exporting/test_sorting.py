"""Rows sorted with little memory come in the order in which lists show them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from services.import_export.exporting import sorting
from services.import_export.exporting.sorting import Sorter


@pytest.mark.parametrize("in_a_run", [2, 3, 100])
@pytest.mark.parametrize(
    ("descending", "expected"), [(False, ["c", "a", "e", "b", "d"]), (True, ["e", "a", "c", "d", "b"])]
)
def test_empty_values_are_last_and_ids_break_ties(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_a_run: int, descending: bool, expected: list[str]
) -> None:
    monkeypatch.setattr(sorting, "_IN_A_RUN", in_a_run)
    sorter = Sorter(tmp_path, descending=descending)
    keys: list[Any] = [[7, "a"], [None, "b"], [-1.5, "c"], [None, "d"], [7, "e"]]
    for key in keys:
        sorter.add([[key[1].upper()]], [key])
    pages = [sorter.next(2) for _ in range(4)]
    assert [row[0].lower() for page in pages for row in page] == expected
    assert pages[-1] == []


def test_nothing_is_sorted_into_nothing(tmp_path: Path) -> None:
    assert Sorter(tmp_path, descending=False).next(2) == []
