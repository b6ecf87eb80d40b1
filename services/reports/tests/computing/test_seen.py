"""What somebody is told of the columns of a file: in little memory, however many there are."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servicekit.ids import new_id
from services.reports.computing.seen import SeenCopy
from services.reports.tests.uploads.files import Upload
from services.reports.uploads import columnar

Json = dict[str, Any]


def bits_of(seen: list[bool]) -> str:
    return base64.b64encode(np.packbits(np.array(seen, dtype=np.bool_)).tobytes()).decode()


CELLS = st.none() | st.integers(0, 12).map(str) | st.lists(st.integers(0, 12).map(str), max_size=3)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(st.booleans(), st.integers(0, 9) | st.none(), CELLS), max_size=30))
def test_a_column_is_told_of_as_if_there_were_no_other_rows(tmp_path: Path, rows: list[Any]):
    contents = [{"id": str(new_id()), "n": n, "cell": cell} for _, n, cell in rows]
    # Another row decides on the types, so that these are the same for both.
    for_types = {"n": 1, "cell": ["0"]}
    seen = [kept for kept, _, _ in rows]
    whole = Upload(tmp_path, [*contents, for_types]).copy
    alone = Upload(tmp_path, [*(row for row, kept in zip(contents, seen, strict=True) if kept), for_types])
    told = {each["field"]: each for each in SeenCopy(whole, bits=bits_of(seen), masked=False).columns()}
    for expected in alone.read["columns"]:
        assert told[expected["field"]] == expected


def test_nothing_of_it_stays_in_memory(tmp_path: Path):
    rows = [{"id": str(new_id()), f"k{n % 50}": str(n), "tags": [str(n)]} for n in range(5_000)]
    copy = Upload(tmp_path, rows).copy
    seen = SeenCopy(copy, bits=bits_of([n % 2 == 1 for n in range(5_000)]), masked=False)
    before = copy.size
    told = {each["field"]: each for each in seen.columns()}
    assert (told["k1"]["filled"], told["k1"]["samples"][0], told["k2"]["filled"]) == (100, "1", 0)
    assert (told["tags"]["filled"], told["tags"]["distinct"]) == (2_500, 2_500)
    assert copy.size == before


def test_whoever_asks_again_is_told_the_same_without_reading(tmp_path: Path):
    copy = Upload(tmp_path, [{"id": str(new_id()), "a": "x", "email": "a@x.test"} for _ in range(9)]).copy
    bits = bits_of([True] * 8 + [False])
    told = SeenCopy(copy, bits=bits, masked=False).columns()
    SeenCopy(copy, bits=bits, masked=True).columns()
    copy.close()  # whatever is read now fails
    assert SeenCopy(copy, bits=bits, masked=False).columns() == told
    assert [each["field"] for each in SeenCopy(copy, bits=bits, masked=True).columns()] == ["id", "a"]


def test_one_copy_keeps_no_more_than_it_may(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(columnar, "MOST_KEPT", 20_000)
    copy = Upload(tmp_path, [{"a": str(n), "b": str(n), "c": n} for n in range(1_000)]).copy
    for _ in range(3):
        frame = SeenCopy(copy, bits=None, masked=False).frame(["a", "b"], "c")
        assert [column.codes.tolist() for column in frame.columns] == [list(range(1_000))] * 2
        assert copy.size <= 90_000
